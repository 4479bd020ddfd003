"""A rule does not flap: it fires and resolves only after looks in a row, with room between, and then keeps quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.alerts.standing import Standing, look
from backend.alerts.types import Comparison, Event, Measure, NewAlert

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
RULE = NewAlert(
    "Slow", Measure.LATENCY_P95, Comparison.ABOVE, 1_000, min_count=10, looks=3, margin=0.2, quiet_minutes=5
)
FIRED, RESOLVED = Event.FIRED, Event.RESOLVED


def told(rule: NewAlert, values: list[float | None], num: int = 10) -> list[tuple[int, Event]]:
    """Return at which minute what happened, a value a minute."""
    standing, found = Standing(), []
    for minute, value in enumerate(values):
        standing, event = look(rule, standing, value, num, NINE + timedelta(minutes=minute))
        if event is not None:
            found.append((minute, event))
    return found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1_100] * 2 + [900] + [1_100] * 2, []),  # never three in a row
        ([1_100] * 9, [(2, FIRED)]),  # once, however long it lasts
        ([1_100] * 3 + [950] * 9, [(2, FIRED)]),  # below the threshold, but not by the margin
        ([1_100] * 3 + [790] * 2 + [950] + [790] * 3, [(2, FIRED), (8, RESOLVED)]),
        ([1_100] * 3 + [700] * 3 + [1_100] * 4, [(2, FIRED), (5, RESOLVED)]),  # quiet for five minutes
        ([1_100] * 3 + [700] * 3 + [1_100] * 6, [(2, FIRED), (5, RESOLVED), (10, FIRED)]),
        ([1_100] * 2 + [None] + [1_100] * 2, []),  # what tells nothing ends the streak
        ([1_100] * 3 + [None] * 9, [(2, FIRED)]),  # and resolves nothing
        ([1_000] * 9, []),  # at the threshold is not above it
    ],
)
def test_a_rule_above(values, expected):
    assert told(RULE, values) == expected


def test_a_value_that_swings_around_the_threshold_is_told_once():
    assert told(RULE, [1_100, 1_050, 1_001] + [999, 1_001] * 60) == [(2, FIRED)]


def test_a_rule_below_resolves_above_its_margin():
    rule = replace(RULE, comparison=Comparison.BELOW, threshold=0.5, looks=1, quiet_minutes=0)
    assert told(rule, [0.6, 0.4, 0.55, 0.6, 0.49]) == [(1, FIRED), (3, RESOLVED), (4, FIRED)]


def test_too_few_conversations_say_nothing():
    assert told(RULE, [5_000] * 9, num=9) == []


def test_a_threshold_of_nothing_resolves_at_nothing():
    rule = replace(RULE, measure=Measure.FAILED, threshold=0, looks=1, quiet_minutes=0)
    assert told(rule, [1, 0]) == [(0, FIRED), (1, RESOLVED)]
