"""Scores by two versions of a judge are not one metric."""

from __future__ import annotations

from typing import Any

from backend.experiments.analysis.mixed import OTHER, alike
from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.experiments.types import OVERALL

SPECS: list[dict[str, Any]] = [{"kind": "judge", "name": "judge", "rubric": "?"}]
VARIANTS = [("old", ""), ("new", "")]


def cell(row: int, variant: int, version: str) -> tuple[Any, ...]:
    passed = bool(variant)
    score = {"value": float(passed), "passed": passed, "rubric_version": version}
    return (row, variant, 0, "done", {"judge": score}, 0, 1.0)


def told(versions: tuple[str, str]) -> Any:
    cells = [cell(row, variant, versions[variant]) for row in range(40) for variant in (0, 1)]
    return compared(cells, read(SPECS), VARIANTS, baseline=0, repetitions=1, was_decided=False, labels={})


def test_no_variant_is_better_by_another_version_of_the_judge() -> None:
    """The same numbers tell a difference where one version gave all of them, and none where each arm has its own."""
    one = told(("v1", "v1"))
    assert (next(said.verdict for said in one.metrics if said.metric == "judge"), one.unscored) == ("better", ())
    mixed = told(("v1", "v2"))
    assert next(said.verdict for said in mixed.metrics if said.metric == "judge") == "cannot_tell"
    (lost,) = mixed.unscored
    assert (lost.metric, lost.num_failed, lost.num_answers, lost.error, lost.asks) == ("judge", 40, 40, OTHER, True)


def test_an_overall_score_with_such_a_score_in_it_goes_too() -> None:
    cells = [cell(0, 0, "v1"), cell(1, 0, "v1"), cell(2, 0, "v2")]
    for one in cells:
        one[4][OVERALL] = {"value": 1.0, "passed": None}
    assert [OVERALL in one[4] for one in alike(cells, read(SPECS))] == [True, True, False]
