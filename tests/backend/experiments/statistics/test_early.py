"""An experiment that ends once it is decided says no more than chance allows, however many variants and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from backend.experiments.analysis import verdicts
from backend.experiments.analysis.verdicts import compared
from backend.experiments.engine.stopping import Decision
from backend.experiments.evaluators.registry import read
from backend.experiments.statistics.proportions import Pairs, mcnemar_exact
from backend.experiments.types import Comparison

NUM_STUDIES, MOST_ROWS = 200, 300
# Two standard errors of a share of 5 % over the studies of this test.
CHANCE = 2 * (0.05 * 0.95 / NUM_STUDIES) ** 0.5
Cells = list[tuple[Any, ...]]


def decision(num_variants: int, margin: float = 0.0, sources: Mapping[int, str] | None = None) -> Decision:
    return Decision("exact", num_variants, 0, 1, margin=margin, width=1, worst=0, sources=sources or {})


def ended(scores: np.ndarray, found: Decision) -> int:
    """Ask row by row as an experiment does; return after how many rows it ended, all where it never did."""
    for row, of_row in enumerate(scores):
        for variant, score in enumerate(of_row):
            found.add(row, variant, float(score), failed=False)
        if found.words:
            return row + 1
    return len(scores)


def told(
    scores: np.ndarray, other: np.ndarray, sources: Mapping[int, str] | None = None, *, early: bool = True
) -> Comparison:
    cells: Cells = [
        (row, at, 0, "done", {"exact": {"value": float(one), "passed": bool(one)},
                              "contains": {"value": float(other[row, at]), "passed": bool(other[row, at])}}, 0, 1.0)
        for row, of_row in enumerate(scores) for at, one in enumerate(of_row)
    ]  # fmt: skip
    evaluators = read([{"kind": "exact"}, {"kind": "contains", "values": ["x"]}])
    names = [(f"v{at}", "") for at in range(scores.shape[1])]
    return compared(cells, evaluators, names, baseline=0, repetitions=1, was_decided=early, labels={}, sources=sources)


def test_what_stands_beside_the_decider_is_seldom_told_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second metric wavers as the first does, which ends the run where that was lucky."""
    monkeypatch.setattr(verdicts, "resources_of", lambda _evaluators: [])
    rng, false, planned = np.random.default_rng(7), 0, 0
    for _ in range(NUM_STUDIES):
        old = rng.random(MOST_ROWS) < 0.5
        new = np.where(rng.random(MOST_ROWS) < 0.3, rng.random(MOST_ROWS) < 0.5, old)
        better = new | (rng.random(MOST_ROWS) < 0.25)
        scores, other = (np.column_stack([old, one]).astype(float) for one in (better, new))
        rows = ended(scores, decision(2))
        said = [one for one in told(scores[:rows], other[:rows]).metrics if one.metric == "contains"]
        false += said[0].verdict in {"better", "worse"}
        pairs = other[:rows, 1] - other[:rows, 0]
        planned += mcnemar_exact(Pairs(0, int((pairs < 0).sum()), int((pairs > 0).sum()), 0)) <= 0.05
    assert false / NUM_STUDIES <= 0.05 + CHANCE
    assert false < planned


def test_many_variants_take_more_rows_than_one() -> None:
    """Each is held at its share of 5 %: the same answers, of one variant or of four alike."""
    scores = (np.random.default_rng(3).random((MOST_ROWS, 2)) < (0.6, 0.9)).astype(float)
    assert 20 <= ended(scores, decision(2)) < ended(scores[:, (0, 1, 1, 1, 1)], decision(5)) < MOST_ROWS


def test_a_variant_that_is_better_is_told_so_with_the_confidence_of_all() -> None:
    rng = np.random.default_rng(1)
    scores = np.column_stack([rng.random(400) < 0.5, *(rng.random(400) < 0.95 for _ in range(3))]).astype(float)
    rows = ended(scores, decision(4))
    assert 20 <= rows < 400
    said = [one for one in told(scores[:rows], scores[:rows]).metrics if one.metric == "exact"]
    assert {(one.verdict, round(one.confidence, 4)) for one in said} == {("better", round(1 - 0.05 / 3, 4))}
    assert all(one.low > 0 and one.p_value <= 0.05 for one in said)


def test_beside_the_decider_what_planned_rows_would_tell_may_not_hold() -> None:
    """Six rows of thirty tell the exact test a difference; looked at after every row they tell none."""
    scores = np.array([[0.0, 1.0]] * 30)
    other = np.array([[0.0, 1.0]] * 6 + [[1.0, 1.0]] * 24)
    planned = compared(
        [(row, at, 0, "done", {"contains": {"value": one, "passed": bool(one)}}, 0, 1.0)
         for row, pair in enumerate(other) for at, one in enumerate(pair)],
        read([{"kind": "contains", "values": ["x"]}]), [("v0", ""), ("v1", "")],
        baseline=0, repetitions=1, was_decided=False, labels={},
    ).metrics[0]  # fmt: skip
    early = next(one for one in told(scores, other).metrics if one.metric == "contains")
    assert (planned.verdict, planned.low > 0) == ("better", True)
    assert (early.verdict, early.low <= 0, early.p_value > 0.05) == ("cannot_tell", True, True)
    assert early.rows_needed
    assert next(one for one in told(scores, other).metrics if one.metric == "exact").verdict == "better"


def test_turns_of_one_conversation_tell_nothing_that_it_would_not() -> None:
    """Of ten conversations seven got better in all of their twenty turns: two hundred rows are ten to chance."""
    conversations = {row: f"conversation_{row // 20}" for row in range(200)}
    scores = np.array([(0.0, 1.0) if row // 20 % 10 in (0, 2, 3, 5, 6, 8, 9) else (1.0, 0.0) for row in range(200)])
    assert ended(scores, decision(2)) < 200
    assert ended(scores, decision(2, sources=conversations)) == 200
    for early in (True, False):
        plain, together = (
            next(one for one in told(scores, scores, some, early=early).metrics if one.metric == "exact")
            for some in (None, conversations)
        )
        assert (plain.verdict, together.verdict) == ("better", "cannot_tell")


def test_what_people_say_later_is_not_what_ended_it() -> None:
    """A person's question stands first, and exact ended the run: that one has the level of the stop."""
    rng = np.random.default_rng(5)
    cells: Cells = [
        (row, at, 0, "done", {"human": {"value": float(rng.random() < 0.5), "passed": None},
                              "exact": {"value": float(at), "passed": bool(at)}}, 0, 1.0)
        for row in range(60) for at in (0, 1)
    ]  # fmt: skip
    found = compared(
        cells, read([{"kind": "human"}, {"kind": "exact"}]), [("a", ""), ("b", "")], baseline=0, repetitions=1,
        was_decided=True, labels={},
    )  # fmt: skip
    exact, human = (next(one for one in found.metrics if one.metric == name) for name in ("exact", "human"))
    assert (exact.verdict, exact.confidence, exact.high) == ("better", 0.95, 1.0), "and no further than the scale"
    assert (human.verdict, human.rows_needed != 0) == ("cannot_tell", True)


def test_rows_that_all_differ_alike_are_not_certain() -> None:
    """Only money is counted; one of a hundred points more in 21 rows is no certainty of the rows not asked."""
    cells: Cells = [
        (row, at, 0, "done", {"exact": {"value": float(at), "passed": bool(at)},
                              "judge": {"value": 40.0 + row + at, "passed": None}}, 0.01, 1.0)
        for row in range(21) for at in (0, 1)
    ]  # fmt: skip
    judge = {"kind": "judge", "rubric": "?", "output": "score", "min": 0, "max": 100}
    found = compared(
        cells, read([{"kind": "exact"}, judge]), [("a", ""), ("b", "")], baseline=0, repetitions=1,
        was_decided=True, labels={},
    )  # fmt: skip
    grade, cost = (next(one for one in found.metrics if one.metric == name) for name in ("judge", "cost"))
    assert (grade.verdict, grade.low < 0, grade.rows_needed != 0) == ("cannot_tell", True, True)
    assert (cost.verdict, cost.low, cost.high) == ("same", 0, 0)


@pytest.mark.parametrize("spec", [{"statistic": "p95"}, {}])
def test_a_failed_metric_of_the_run_is_told_as_ever(spec: dict[str, Any]) -> None:
    """Where nothing was scored, or a percentile is read, there is nothing to widen."""
    cells: Cells = [(row, at, 0, "done", {"exact": {"value": None, "passed": None}}, 0, 1.0)
                    for row in range(30) for at in (0, 1)]  # fmt: skip
    found = compared(
        cells, read([{"kind": "exact", **spec}]), [("a", ""), ("b", "")], baseline=0, repetitions=1,
        was_decided=True, labels={},
    )  # fmt: skip
    assert {one.verdict for one in found.metrics if one.metric == "latency"} <= {"cannot_tell", "same"}
