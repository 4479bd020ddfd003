"""What refuses a publication."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from backend.experiments.passing import room_for, shortcomings
from backend.experiments.types import LATENCY, Comparison
from tests.console.state.test_experiment_spread import FOUND


def worse(metric: str) -> Comparison:
    return replace(FOUND, metrics=(replace(FOUND.metrics[0], metric=metric, verdict="worse"),))


def test_time_refuses_only_where_an_evaluator_asks_for_it() -> None:
    assert shortcomings(worse(LATENCY), {"exact"}) == []
    assert len(shortcomings(worse(LATENCY), {"exact", LATENCY})) == 1
    assert len(shortcomings(worse("exact"), {"exact"})) == 1


def test_what_no_row_shows_is_told_by_how_much_it_may_be_worse() -> None:
    def room(**told: Any) -> str:
        one = replace(FOUND.metrics[0], metric="exact", unit="", value=0.5, baseline_value=0.5, low=-0.168, high=0.1)
        one = replace(one, verdict="cannot_tell", direction="higher")
        return room_for(replace(FOUND, metrics=(replace(one, **told),)), {"exact", LATENCY}, one.variant)

    said = "It may still be worse without these rows showing it: "
    assert room() == f"{said}exact by up to 16.8 points."
    assert room(direction="lower") == f"{said}exact by up to 10.0 points."
    assert room(low=-math.inf) == f"{said}exact by any amount."
    assert room(metric=LATENCY, unit="ms", direction="lower", high=200) == f"{said}latency by up to 200 ms."
    assert (room(verdict="same"), room(verdict="better"), room(low=0.01)) == ("", "", "")
