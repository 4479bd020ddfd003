"""What a new experiment is scored by before anybody chose: what those before it asked, else what fits the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.bootstrap import services
from backend.datasets.types import Item, SourceKind
from backend.experiments.types import Status
from backend.operator import Operator
from backend.paging import Page
from console.state.experiment_offers import Offered

ROWS_LOOKED_AT = 50
# A word of this length may well stand inside another one. Where words are written without blanks none ends anywhere.
LONGEST_WORD, UNBROKEN_FROM = 20, "\u0e00"
# No model writes a whole sentence letter by letter as somebody else did.
LONGEST_EQUALLED = 60
FEWEST_CLASSED = 4
NOTHING_EXPECTED = "No row says what is expected, so no answer can be compared with it: let a model or a person judge."
SENTENCES_EXPECTED = "Whole sentences are expected, which no answer equals letter by letter, so "
CORRECTIONS_EXPECTED = "What is expected was written in the log, which no answer equals letter by letter, so "
COMPARED, JUDGED = "their meaning is compared.", "a model judges whether an answer says the same."
SAYS_THE_SAME = "The answer says the same as the expected answer, in whatever words, and nothing that contradicts it."
PHRASES_EXPECTED = "Phrases are expected, which no whole sentence equals, so it is looked for in the answer."
NEWEST_ASKED = "As “{}” was scored, the newest experiment over these rows."


async def scoring_of(
    operator: Operator, dataset_id: str, *, can_judge: bool = False
) -> tuple[Sequence[dict[str, Any]], str]:
    """Return what to score by, the evaluators of the newest experiment over the rows first, and why it is that."""
    if asked := await _asked_last(operator, dataset_id):
        return asked
    fits, why = await _fitting(operator, dataset_id, can_judge=can_judge)
    return [fits] if fits else [], why


async def _asked_last(operator: Operator, dataset_id: str) -> tuple[Sequence[dict[str, Any]], str] | None:
    """Return what the newest experiment asked that is done; the output of one node another variant may lack."""
    if not dataset_id:
        return None
    done = await services().experiments.list(operator, Page(1), dataset_id=dataset_id, statuses=(Status.DONE,))
    for newest in done.items:
        if kept := [one for one in newest.draft.evaluators if not one.get("node")]:
            return kept, NEWEST_ASKED.format(newest.name)
    return None


async def _fitting(operator: Operator, dataset_id: str, *, can_judge: bool) -> tuple[dict[str, Any], str]:
    """Return the evaluator that fits what the first rows expect, empty for none, and why it is that one."""
    found = await _first_rows(operator, dataset_id)
    expected = _expected(found)
    if found and not expected:
        return {}, NOTHING_EXPECTED
    if any(isinstance(one, dict) and len(one) > 1 for one in expected):
        return {"kind": "json_equal"}, ""
    texts = [text for text in map(_text, expected) if text]
    long = [one for one in texts if len(one) > LONGEST_EQUALLED]
    corrected = [one for one in found if one.source.kind is SourceKind.LOG]
    if 2 * max(len(long), len(corrected)) > len(expected):
        why = SENTENCES_EXPECTED if 2 * len(long) > len(expected) else CORRECTIONS_EXPECTED
        if can_judge:
            return {"kind": "judge", "name": "correctness", "rubric": SAYS_THE_SAME}, f"{why}{JUDGED}"
        return {"kind": "similarity"}, f"{why}{COMPARED}"
    if texts and 2 * sum(map(_is_phrase, texts)) >= len(expected) and not _repeats(texts):
        return {"kind": "contains", "whole": max(map(max, texts)) < UNBROKEN_FROM}, PHRASES_EXPECTED
    return {"kind": "exact"}, ""


async def begun_with(operator: Operator, found: Offered, kind: str, dataset_id: str) -> dict[str, Any]:
    """Return the settings that a new evaluator of these rows begins with where they are no defaults."""
    settings = found.begun(kind)
    if kind != "contains":
        return settings
    expected = _expected(await _first_rows(operator, dataset_id))
    return settings | {"whole": True} if expected and all(map(_is_word, expected)) else settings


async def _first_rows(operator: Operator, dataset_id: str) -> Sequence[Item]:
    """Return as many rows as tell what is expected; none of the empty id."""
    if not dataset_id:
        return ()
    return (await services().datasets.items(operator, dataset_id, page=Page(ROWS_LOOKED_AT))).items


def _expected(rows: Sequence[Item]) -> list[Any]:
    return [one.expected_output for one in rows if one.expected_output not in (None, "", {})]


def _is_word(expected: Any) -> bool:
    """Tell whether an evaluator of words looks for single short ones here, such as "no" or 3."""
    if isinstance(expected, dict) and len(expected) == 1:
        return _is_word(next(iter(expected.values())))
    if isinstance(expected, list):
        return all(map(_is_word, expected))
    text = str(expected)
    return len(text) <= LONGEST_WORD and len(text.split()) == 1 and max(text) < UNBROKEN_FROM


def _text(expected: Any) -> str:
    """Return the one text that a row expects, empty where it expects something else."""
    if isinstance(expected, dict) and len(expected) == 1:
        return _text(next(iter(expected.values())))
    return expected.strip() if isinstance(expected, str) else ""


def _is_phrase(text: str) -> bool:
    return len(text.split()) > 1


def _repeats(texts: Sequence[str]) -> bool:
    """Tell whether the rows are sorted into a few classes, such as "not urgent", that a prompt answers with."""
    return len(texts) >= FEWEST_CLASSED and 2 * len(set(texts)) <= len(texts)
