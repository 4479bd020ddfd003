"""Code that an operator wrote: what it is given, what it may return, and how it is told that it is wrong."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from backend.engines.python_code.runner import FencedCode
from backend.errors import Unavailable
from backend.ports.code import Code, CodeFailed, Found

pytestmark = pytest.mark.asyncio(loop_scope="module")
GIVEN: dict[str, Any] = {"output": "Paris, of course", "expected": "Paris", "input": {"q": "capital?"}, "metadata": {}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def code(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Code]:
    made = FencedCode(tmp_path_factory.mktemp("code") / "log", switched_on=True)
    yield made
    await made.close()


def returning(value: str) -> str:
    return f"import math\n\ndef score():\n    return {value}\n"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("True", Found(1.0, passed=True)),
        ("False", Found(0.0, passed=False)),
        ("1", Found(1.0)),
        ("0.25", Found(0.25)),
        ("'short'", Found(label="short")),
        ("{'value': 0.5, 'label': 'half', 'reason': 'One of two.'}", Found(0.5, None, "half", "One of two.")),
        ("{'passed': True, 'reason': 'Fine.'}", Found(1.0, passed=True, reason="Fine.")),
        ("{'value': 0.75, 'passed': False}", Found(0.75, passed=False)),
        ("'x' * 5_000", Found(label="x" * 200)),
    ],
)
async def test_a_score_is_a_number_a_pass_a_label_or_several_of_them(code: Code, value: str, found: Found) -> None:
    assert await code.run(returning(value), GIVEN) == found


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("None", "returned nothing: a score is a number from 0 to 1, True or False"),
        ("[1]", "returned a list"),
        ("7", "returned 7: a score lies between 0 and 1"),
        ("-0.1", "returned -0.1"),
        ("math.nan", "returned no number"),
        ("-math.inf", "returned no number"),
        ("10 ** 400", "OverflowError"),
        ("{'points': 1}", "its keys are value, passed, label and reason"),
        ("{}", "its keys are"),
        ("{'label': ''}", "ended without a score"),
        ("{'value': 'high'}", "Line|ValueError"),
        ("{'label': {1, 2}}", "no JSON"),
        ("{'passed': 'yes', 'value': 1}", "is no score"),
        ("{'reason': [1], 'value': 1}", "is no score"),
    ],
)
async def test_what_is_no_score_is_said_in_words(code: Code, value: str, words: str) -> None:
    with pytest.raises(CodeFailed, match=words):
        await code.run(returning(value), GIVEN)


async def test_a_function_is_given_what_it_asks_for_by_name(code: Code) -> None:
    asks = "def score(output, expected, *, input, lowest=0.5):\n    return {'value': lowest, 'label': input['q']}\n"
    assert await code.run(asks, GIVEN) == Found(0.5, label="capital?")
    everything = "def score(**given):\n    return ' '.join(sorted(given))\n"
    assert (await code.run(everything, GIVEN)).label == "expected input metadata output"
    with pytest.raises(CodeFailed, match=r"score\(\) asks for answer; there are output, expected, input, metadata"):
        await code.run("def score(answer):\n    return 1\n", GIVEN)


async def test_an_error_names_its_line(code: Code) -> None:
    with pytest.raises(CodeFailed, match="Line 3: ZeroDivisionError: division by zero"):
        await code.run("def score(output):\n    n = len(output) - len(output)\n    return 1 / n\n", GIVEN)
    with pytest.raises(CodeFailed, match=r"Line 1: there is no numpy here\. There are base64, bisect"):
        await code.run("import numpy\n", GIVEN)
    with pytest.raises(CodeFailed, match="no function called score"):
        await code.run("points = 1\n", GIVEN)


async def test_usual_modules_work_inside(code: Code) -> None:
    uses = """
import datetime, decimal, difflib, hashlib, json, random, re, statistics, unicodedata

def score(output):
    datetime.datetime.strptime("2026-11-22", "%Y-%m-%d").strftime("%A")
    assert json.loads(json.dumps({"a": [1]})) == {"a": [1]}
    assert re.search(r"\\bParis\\b", output, re.IGNORECASE)
    assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3")
    assert "é".encode("latin-1") and unicodedata.normalize("NFD", "é") and hashlib.sha256(b"").hexdigest()
    print("said to nobody")
    return statistics.fmean([difflib.SequenceMatcher(None, output, output).ratio(), random.random() < 2])
"""
    assert await code.run(uses, GIVEN) == Found(1.0)


async def test_the_same_answer_gets_the_same_score(code: Code) -> None:
    chance = "import random\n\ndef score():\n    return random.random()\n"
    assert await code.run(chance, GIVEN) == await code.run(chance, GIVEN)


async def test_nothing_of_a_run_is_left_for_the_next(code: Code) -> None:
    counts = "import math\n\ndef score():\n    math.seen = getattr(math, 'seen', 0) + 1\n    return str(math.seen)\n"
    found = await asyncio.gather(*(code.run(counts, GIVEN) for _ in range(8)))
    assert {one.label for one in found} == {"1"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def score(output)\n    return 1\n", "Line 1: expected ':'"),
        ("return 1\n", "Line 1: 'return' outside function"),
        ("def grade(output):\n    return 1\n", "no function called score"),
        ("async def score(output):\n    return 1\n", "no function called score"),
        ("", "no function called score"),
        ("\0", "null bytes"),
        ("(" * 9_000, "too many nested|Line 1"),
        ("x = " + "-" * 19_000 + "1", "memory|deeply|Line|SIGSEGV"),
    ],
)
async def test_wrong_code_is_told_before_it_runs(code: Code, source: str, words: str) -> None:
    with pytest.raises(CodeFailed, match=words):
        await code.check(source)


async def test_checking_runs_nothing(code: Code) -> None:
    source = "raise SystemExit\n\n@print\ndef score(output=1 / 0):\n    return 1\n"
    await code.check(source)
    with pytest.raises(CodeFailed, match="SystemExit"):
        await code.run(source, GIVEN)


async def test_switched_off_nothing_starts(tmp_path: Path) -> None:
    off = FencedCode(tmp_path / "log", switched_on=False)
    assert "SIGNALBOX_PYTHON_EVALUATORS=true" in await off.why_off()
    for act in (off.check(returning("1")), off.run(returning("1"), GIVEN)):
        with pytest.raises(Unavailable, match="Python code is off here"):
            await act
    assert not (tmp_path / "log").exists()


async def test_a_value_that_is_no_number_does_not_get_in(code: Code) -> None:
    assert (await code.run("def score(output):\n    return str(output)\n", {"output": math.nan})).label == "None"
