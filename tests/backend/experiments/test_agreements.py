"""How far judges agree with people, on every metric that both have."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.analysis.agreements import agreements_of
from backend.experiments.evaluators.registry import read

YES = True
SPECS: list[dict[str, Any]] = [
    {"kind": "judge", "rubric": "?"},
    {"kind": "human", "name": "Helpful"},
    {"kind": "human", "name": "Polite"},
]


def cell(row: int, *passed: bool | None) -> tuple[Any, ...]:
    names = ("judge", "Helpful", "Polite")
    marks = {name: {"value": one, "passed": one} for name, one in zip(names, passed, strict=True) if one is not None}
    return (row, 0, 0, "done", marks, 0, 1.0)


def test_each_question_to_people_is_held_against_each_judge_with_an_interval() -> None:
    """Of forty the judge and people differ in eight; of ten there is no interval, and of unmarked answers nothing."""
    cells = [cell(at, at % 2 == 0, (at % 2 == 0) ^ (at < 8), at % 2 == 0 if at < 10 else None) for at in range(40)]
    cells.append(cell(40, YES, None, None))
    helpful, polite = agreements_of(cells, read(SPECS))
    assert (helpful.metric, helpful.num_rows, helpful.share_equal) == ("judge and people, Helpful", 40, 0.8)
    assert helpful.kappa == pytest.approx(0.6)
    assert 0.3 < (helpful.low or 0) < 0.6 < (helpful.high or 0) < 0.9
    assert (polite.metric, polite.num_rows, polite.kappa, polite.low) == ("judge and people, Polite", 10, 1.0, None)
    (alone,) = agreements_of(cells, read(SPECS[:2]))
    assert alone.metric == "judge and people"
    assert agreements_of([cell(0, YES, None, None)], read(SPECS)) == []
