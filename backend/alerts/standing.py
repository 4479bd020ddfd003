"""When a rule fires and when it resolves: a machine of two states that does not flap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.alerts.types import AlertState, Event, NewAlert


@dataclass(frozen=True, slots=True)
class Standing:
    """`streak` counts the looks in a row that speak for the other state; before `quiet_until` nothing fires."""

    state: AlertState = AlertState.WELL
    streak: int = 0
    quiet_until: datetime | None = None


def look(
    rule: NewAlert, standing: Standing, value: float | None, num_behind: int, at: datetime
) -> tuple[Standing, Event | None]:
    """Return how the rule stands after a look, and what happened. A look that can tell nothing ends a streak."""
    if value is None or num_behind < rule.min_count:
        return Standing(standing.state, 0, standing.quiet_until), None
    is_well = standing.state is AlertState.WELL
    speaks = rule.comparison.crossed(value, rule.threshold) if is_well else recovered(rule, value)
    streak = standing.streak + 1 if speaks else 0
    if streak < rule.looks:
        return Standing(standing.state, streak, standing.quiet_until), None
    if not is_well:
        return Standing(AlertState.WELL, 0, at + timedelta(minutes=rule.quiet_minutes)), Event.RESOLVED
    if standing.quiet_until is not None and at < standing.quiet_until:
        return Standing(AlertState.WELL, streak, standing.quiet_until), None
    return Standing(AlertState.FIRING), Event.FIRED


def recovered(rule: NewAlert, value: float) -> bool:
    """Tell whether the value is on the good side by the margin: what stands at the threshold is not well."""
    from_threshold = abs(rule.threshold) * rule.margin
    if rule.comparison.crossed(1, 0):
        return value <= rule.threshold - from_threshold
    return value >= rule.threshold + from_threshold
