"""Who saves most and is not worse."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.analysis.savings import savings_of
from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.experiments.types import MetricComparison


def one(metric: str, variant: str, verdict: Any, value: float = 1.0, needed: int | None = 0) -> MetricComparison:
    """Return a verdict beside a baseline of 2."""
    ends = (2.0, value, value - 2.0, value - 2.1, value - 1.9)
    read_as = ("higher" if metric == "exact" else "lower", "", 0.0, "p95" if metric == "latency" else "mean", None)
    return MetricComparison(metric, variant, *ends, 0.01, verdict, needed, 40, 1.0, 1.0, *read_as, 0, 0)  # type: ignore[arg-type]


def test_the_cheapest_that_is_not_worse_is_named_with_what_it_saves() -> None:
    verdicts = [
        one("exact", "dear", "better"), one("cost", "dear", "worse", 3.0),
        one("exact", "fair", "same"), one("cost", "fair", "better", 1.5),
        one("exact", "good", "better"), one("cost", "good", "better", 1.2),
        one("exact", "poor", "worse"), one("cost", "poor", "better", 0.1),
        one("exact", "open", "cannot_tell", needed=90), one("cost", "open", "better", 0.2),
    ]  # fmt: skip
    (cost,) = savings_of(verdicts, "exact")
    assert (cost.metric, cost.reason, cost.variant, cost.verdict) == ("cost", "named", "good", "better")
    assert (cost.saved, cost.share) == (pytest.approx(0.8), pytest.approx(0.4))


@pytest.mark.parametrize(
    ("verdicts", "reason", "variant", "needed"),
    [
        ([("cannot_tell", 90, "better", 1.5), ("cannot_tell", 40, "better", 1.0)], "cannot_tell", "v1", 40),
        ([("worse", 0, "better", 0.5), ("cannot_tell", None, "better", 1.0)], "cannot_tell", "v1", None),
        ([("worse", 0, "better", 1.5), ("worse", 0, "better", 0.5)], "worse", "v1", 0),
        # What may cost less, by chance, saves nothing yet.
        ([("same", 0, "cannot_tell", 1), ("better", 0, "same", 2.0), ("same", 0, "worse", 3)], "none_less", "", None),
    ],
)  # fmt: skip
def test_where_none_can_be_named_it_says_why(verdicts: Any, reason: str, variant: str, needed: int | None) -> None:
    told = [
        said
        for at, (quality, rows, cost, value) in enumerate(verdicts)
        for said in (one("exact", f"v{at}", quality, needed=rows), one("cost", f"v{at}", cost, value))
    ]
    (found,) = savings_of(told, "exact")
    assert (found.reason, found.variant, found.rows_needed) == (reason, variant, needed)


def test_time_is_asked_likewise_and_nothing_where_time_or_money_decides() -> None:
    told = [one("exact", "v", "same"), one("cost", "v", "worse", 3.0), one("latency", "v", "better", 1.0)]
    assert [(said.metric, said.reason, said.variant) for said in savings_of(told, "exact")] == [
        ("cost", "none_less", ""),
        ("latency", "named", "v"),
    ]
    assert savings_of(told, "cost") == savings_of(told, "") == savings_of([], "exact") == ()


def test_a_comparison_says_what_its_own_verdicts_allow() -> None:
    exact = {"exact": {"value": 1.0, "passed": True}}
    told = [(row, at, 0, "done", exact, 0.003 - 0.001 * at, 900.0) for row in range(40) for at in (0, 1)]
    given: dict[str, Any] = {"repetitions": 1, "was_decided": False, "labels": {}}
    variants, same = [("old", ""), ("new", "")], read([{"kind": "exact", "margin": 0.3}])
    found = compared(told, same, variants, baseline=0, **given)
    cost = next(said for said in found.savings if said.metric == "cost")
    assert (cost.reason, cost.variant, cost.verdict) == ("named", "new", "same")
    assert (cost.saved, cost.share) == (pytest.approx(0.001), pytest.approx(1 / 3))
    turned = compared(told, same, variants, baseline=1, **given)
    assert [said.reason for said in turned.savings] == ["none_less"] * 3
    alone = compared([cell for cell in told if cell[1] == 0], same, variants[:1], baseline=0, **given)
    assert alone.savings == ()
