"""What refuses a publication."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.passing import shortcomings
from backend.experiments.types import LATENCY, Comparison
from tests.console.state.test_experiment_spread import FOUND


def worse(metric: str) -> Comparison:
    return replace(FOUND, metrics=(replace(FOUND.metrics[0], metric=metric, verdict="worse"),))


def test_time_refuses_only_where_an_evaluator_asks_for_it() -> None:
    assert shortcomings(worse(LATENCY), {"exact"}) == []
    assert len(shortcomings(worse(LATENCY), {"exact", LATENCY})) == 1
    assert len(shortcomings(worse("exact"), {"exact"})) == 1
