"""One hostile row stops nobody: the loop goes on while its answer is looked at, and that ends."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import Case, Score
from backend.experiments.evaluators.json_diff import Compare, told
from backend.experiments.evaluators.registry import KINDS
from tests.backend.experiments.evaluators.aid import Told

LONG = "lorem ipsum " * 16_600  # as long an answer as evaluators read


def nested(depth: int, numbers: int) -> str:
    return "[" * depth + ",".join(map(str, range(numbers))) + "]" * depth


async def ticks_while(kind: str, given: dict[str, Any], case: Case) -> tuple[int, Score]:
    """Return how often the loop came round while an answer was scored, and the score."""
    num, task = 0, asyncio.create_task(KINDS[kind](**given).score(case, Told()))
    while not task.done():
        await asyncio.sleep(0.001)
        num += 1
    return num, await task


@pytest.mark.parametrize(
    ("kind", "given", "output", "expected"),
    [
        ("exact", {}, LONG, [f"answer {number}" for number in range(40_000)]),
        ("contains", {"whole": True}, LONG, [f"answer {number}" for number in range(1_000)]),
        ("contains", {}, LONG, [f"answer {number}" for number in range(1_000)]),
        ("json_equal", {"in_order": False}, nested(200, 40_000), nested(200, 40_001)),
    ],
    ids=["exact", "contains whole", "contains", "json_equal"],
)
async def test_the_loop_goes_on_while_a_long_answer_is_scored(
    kind: str, given: dict[str, Any], output: str, expected: Any
) -> None:
    assert len(json.dumps(expected)) <= 1_000_000  # what a row may hold
    async with asyncio.timeout(30):
        num, score = await ticks_while(kind, given, Case(output, expected=expected))
    assert (num > 2, score.passed) == (True, False)


async def test_more_texts_than_are_looked_for_are_refused_in_words() -> None:
    expected = [f"answer {number}" for number in range(1_001)]
    with pytest.raises(InvalidInput, match="expects 1,001 texts; at most 1,000"):
        await KINDS["contains"]().score(Case(LONG, expected=expected), Told())


def test_lists_within_lists_in_any_order_are_the_same() -> None:
    one, other = [[3, 1, [True, None]], {"b": [2, 1], "a": 1}], [{"a": 1, "b": [1, 2]}, [[None, True], 1, 3]]
    assert Compare(in_order=False).are_same(one, other)
    assert told(Compare(in_order=False).differences([[2, 1], [4, 3]], [[3, 4], [1, 5]]))
