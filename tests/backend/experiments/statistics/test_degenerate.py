"""Scores that hold no information, or hardly any: a verdict all the same, never a claim."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.types import Arm, Comparison, Metric
from tests.later import Later

proportion = Later("statsmodels.stats.proportion")

NAN = math.nan
# Name, the baseline's scores of each row, the variant's, how the metric is read, and the verdict.
CASES = (
    ("no row", [], [], {}, "cannot_tell"),
    ("one row", [0.0], [1.0], {}, "cannot_tell"),
    ("one row of numbers", [0.2], [0.7], {}, "cannot_tell"),
    ("two rows", [0.2, 0.3], [0.7, 0.8], {}, "cannot_tell"),
    ("all alike", [1.0] * 40, [1.0] * 40, {}, "cannot_tell"),
    ("all alike, with a margin", [0.5] * 400, [0.5] * 400, {"margin": 0.1}, "same"),
    ("all differ alike", [0.2] * 40, [0.5] * 40, {}, "better"),
    ("all differ alike, and less is better", [0.2] * 40, [0.5] * 40, {"higher_is_better": False}, "worse"),
    ("as many up as down", [0.0, 1.0] * 20, [1.0, 0.0] * 20, {}, "cannot_tell"),
    ("nothing of either", [NAN] * 40, [NAN] * 40, {"worst": None}, "cannot_tell"),
    ("nothing of the variant", [0.5] * 40, [NAN] * 40, {"worst": None}, "cannot_tell"),
    ("nothing but failures", [NAN] * 40, [NAN] * 40, {"worst": 0.0}, "cannot_tell"),
    ("failures of the variant alone", [1.0] * 40, [NAN] * 40, {"worst": 0.0}, "worse"),
    ("one giant", [0.0] * 40, [0.0] * 39 + [1e100], {"worst": None}, "cannot_tell"),
    ("tiny differences", [1e-300] * 40, [2e-300] * 40, {"worst": None}, "better"),
    ("a tail of ties", [5.0] * 40, [5.0] * 40, {"statistic": "p95", "worst": None}, "cannot_tell"),
    ("a tail of nothing", [NAN] * 40, [NAN] * 40, {"statistic": "p95", "worst": None}, "cannot_tell"),
    ("a middle of one row", [5.0], [6.0], {"statistic": "p50", "worst": None}, "cannot_tell"),
)


@pytest.mark.parametrize(("old", "new", "read", "verdict"), [case[1:] for case in CASES], ids=[one[0] for one in CASES])
@pytest.mark.filterwarnings("error")
def test_every_score_has_a_verdict(old: list[float], new: list[float], read: dict, verdict: str) -> None:
    arms = [Arm(name, {"m": np.array(values).reshape(-1, 1)}) for name, values in (("old", old), ("new", new))]
    (found,) = compare(arms[0], arms[1:], [Metric("m", **read)])
    assert found.verdict == verdict
    assert 0 <= found.p_value <= 1
    assert found.low <= found.high
    assert found.rows_needed is None or found.rows_needed >= 0
    assert not math.isnan(found.difference) or math.isnan(found.value) or math.isnan(found.baseline_value)


@pytest.mark.parametrize(
    ("old", "new", "read", "needed"),
    [
        ([1.0] * 20, [1.0] * 20, {"margin": 0.05}, 39),
        ([0.0, 0.5] * 10, [0.0, 0.5] * 10, {"margin": 0.05}, 9),
        ([0.7], [0.7], {"margin": 0.05}, 1),
        ([1.0] * 20, [1.0] * 20, {}, None),
        ([0.2] * 5, [0.3] * 5, {}, 1),
        ([0.0], [1.0], {}, 5),
    ],
)
def test_what_has_no_spread_still_says_how_many_rows_would_do(
    old: list[float], new: list[float], read: dict, needed: int | None
) -> None:
    def told(times: int) -> Comparison:
        arms = [Arm(name, {"m": np.array(one * times)[:, None]}) for name, one in (("old", old), ("new", new))]
        return compare(arms[0], arms[1:], [Metric("m", **read)])[0]

    assert (told(1).verdict, told(1).rows_needed) == ("cannot_tell", needed)
    if needed is not None:
        assert told(1 + math.ceil(needed / len(old))).verdict != "cannot_tell"


@pytest.mark.parametrize(("confidence", "points"), [(0.95, 0.168434), (0.975, 0.196760)])
def test_where_no_row_differs_the_rows_and_the_confidence_alone_say_how_much_is_open(
    confidence: float, points: float
) -> None:
    """One try of half the rows right, three steady ones, a judge that is nearly always content: the same question."""
    half, most = np.array([[0.0], [1.0]] * 10), np.array([[0.0]] + [[1.0]] * 19)
    graded = np.linspace(0.3, 0.6, 20)[:, None]
    for scores in (half, np.repeat(half, 3, axis=1), most, np.ones((20, 1)), np.ones((20, 3)), graded):
        (found,) = compare(
            Arm("old", {"m": scores}), [Arm("new", {"m": scores})], [Metric("m", width=1.0)], confidence=confidence
        )
        assert (found.low, found.high) == (pytest.approx(-points, abs=1e-6), pytest.approx(points, abs=1e-6))
        exact = proportion.proportion_confint(0, 20, alpha=1 - confidence, method="beta")[1]
        assert found.high == pytest.approx(exact, abs=1e-9)
    grades = Metric("m", width=4.0)
    (found,) = compare(Arm("old", {"m": 1 + 4 * half}), [Arm("new", {"m": 1 + 4 * half})], [grades])
    assert found.high == pytest.approx(4 * 0.168434, abs=1e-5)
