"""Rows of the alerts: how a rule stands, when it fired, and a picture of what it watches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from backend.alerts.types import (
    Alert,
    AlertState,
    Comparison,
    Delivery,
    Event,
    Fate,
    Firing,
    Measure,
    NewAlert,
    Watched,
    Way,
)
from console import routes
from console.state import formats
from console.state.conversations_filters import figure_address, pairs_of
from console.state.figure_rows import MEASURES, METRICS

WHOLE = {Measure.CONVERSATIONS, Measure.FAILED, Measure.TOKENS}
# Measures that some conversations alone have, and the figure that is of the same ones.
OF_METRIC = {
    Measure.FAILED: "failed",
    Measure.FAILED_SHARE: "failed",
    Measure.HELPFUL_SHARE: "helpful",
    Measure.SATISFACTION: "satisfaction",
    Measure.COMPLETED_SHARE: "completed",
}
FATES = {Fate.WAITING: ("queued", "Waiting"), Fate.SENT: ("ok", "Sent"), Fate.FAILED: ("fail", "Given up")}
EVENTS = {Event.FIRED: "Fired", Event.RESOLVED: "Resolved", Event.TEST: "Test"}
WAYS = {Way.EMAIL: "E-mail", Way.WEBHOOK: "Webhook"}


@dataclass(frozen=True)
class AlertLine:
    """A rule in the list. `note` says since when, or what is missing; `muted` until when nobody is told."""

    id: str
    href: str
    name: str
    rule: str
    mark: str
    words: str
    heavy: bool
    note: str
    muted: str
    value: str


@dataclass(frozen=True)
class ToldLine:
    """What became of a message."""

    id: str
    mark: str
    words: str
    what: str
    error: str


@dataclass(frozen=True)
class FiringLine:
    """A time that a rule fired. `looked` says of which time the value is, and of how many filters."""

    id: str
    began: str
    exact: str
    lasted: str
    value: str
    looked: str
    behind: str
    href: str
    muted: bool
    told: list[ToldLine]


def standing(alert: Alert) -> tuple[str, str]:
    """Return the mark and the word of how a rule stands."""
    if not alert.rule.is_on:
        return "idle", "Off"
    if alert.state is AlertState.FIRING:
        return "fail", "Firing"
    if alert.error:
        return "warn", "Not checked"
    if alert.looked_at is None:
        return "queued", "Not checked yet"
    return ("ok", "OK") if alert.is_told else ("skip", "No data")


def note_of(alert: Alert, zone: tzinfo, at: datetime) -> str:
    """Return since when a rule fires, and why a look failed or what is missing where it could tell nothing."""
    notes = []
    if alert.state is AlertState.FIRING and alert.since:
        notes.append(f"since {formats.clock(alert.since, zone, at)}")
    if alert.rule.is_on and alert.error:
        again = formats.clock(alert.next_look_at, zone, at)
        notes.append(f"{alert.error.rstrip('.')}; checked again at {again}")
    elif alert.rule.is_on and alert.looked_at and not alert.is_told:
        few = alert.num_behind < alert.rule.min_count
        least = f"{formats.count(alert.num_behind)} of at least {formats.counted(alert.rule.min_count, 'conversation')}"
        notes.append(least if few else "no conversation has this figure")
    return ", ".join(notes)


def muted_words(alert: Alert, zone: tzinfo, at: datetime) -> str:
    until = alert.muted_until
    return f"muted until {formats.clock(until, zone, at)}" if until and until > at else ""


def rule_words(rule: NewAlert) -> str:
    """Return what a rule watches: "Latency p95 above 5.0 s over 60 min, of 2 filters"."""
    return f"{_crossed(rule.watched, rule.threshold)} over {minutes(rule.window_minutes)}{_of_filters(rule)}"


def fires(rule: NewAlert) -> str:
    """Return when a rule fires: "above 10 % for 3 min, with 20 conversations or more in 1 h"."""
    of = f" in {minutes(rule.window_minutes)}"
    least = f", with {formats.counted(rule.min_count, 'conversation')} or more{of}" if rule.min_count else ""
    return f"{rule.comparison.value} {MEASURES[rule.measure][1](rule.threshold)} for {minutes(rule.looks)}{least}"


def resolves(rule: NewAlert) -> str:
    """Return when it stops, and is quiet: "at 9 % or less for 3 min, then cannot fire for 30 min"."""
    is_above = rule.comparison is Comparison.ABOVE
    back = abs(rule.threshold) * rule.margin
    end = rule.threshold - back if is_above else rule.threshold + back
    if rule.measure in WHOLE:
        end = math.floor(end) if is_above else math.ceil(end)
    quiet = f", then cannot fire for {minutes(rule.quiet_minutes)}" if rule.quiet_minutes else ""
    return f"at {MEASURES[rule.measure][1](end)} or {'less' if is_above else 'more'} for {minutes(rule.looks)}{quiet}"


def minutes(number: int) -> str:
    """Return a span of minutes: 45 min, 2 h, 3.5 h, 7 days."""
    hour, day = 60, 24 * 60
    if number and number % day == 0:
        return formats.counted(number // day, "day")
    return f"{number / hour:.3g} h" if number % hour == 0 or number > 2 * hour else f"{number} min"


def _crossed(watched: Watched, threshold: float) -> str:
    name, write = MEASURES[watched.measure]
    return f"{name} {watched.comparison.value} {write(threshold)}"


def _of_filters(rule: NewAlert | Watched) -> str:
    num = len(pairs_of(rule.filters)) + bool(rule.filters.text)
    return f", of {formats.counted(num, 'filter')}" if num else ""


def alert_line(alert: Alert, zone: tzinfo, at: datetime) -> AlertLine:
    mark, words = standing(alert)
    write = MEASURES[alert.rule.measure][1]
    return AlertLine(
        id=alert.id,
        href=routes.to(routes.ALERT, alert.id),
        name=alert.rule.name,
        rule=rule_words(alert.rule),
        mark=mark,
        words=words,
        heavy=mark == "fail",
        note=note_of(alert, zone, at),
        muted=muted_words(alert, zone, at),
        value=write(alert.value) if alert.value is not None and alert.is_told else "",
    )


def told_line(one: Delivery) -> ToldLine:
    mark, words = FATES[one.fate]
    trying = one.fate is Fate.WAITING and one.error
    return ToldLine(
        id=one.id,
        mark="warn" if trying else mark,
        words="Tried again soon" if trying else words,
        what=f"{EVENTS[one.event]}: {WAYS[one.way]} to {one.target}",
        error=one.error,
    )


def firing_line(firing: Firing, zone: tzinfo, at: datetime) -> FiringLine:
    write = MEASURES[firing.watched.measure][1]
    lasted = (firing.ended_at or at) - firing.started_at
    return FiringLine(
        id=firing.id,
        began=formats.clock(firing.started_at, zone, at),
        exact=formats.exact(firing.started_at, zone),
        lasted=minutes(max(1, round(lasted.total_seconds() / 60))) if firing.ended_at else "still firing",
        value=f"{write(firing.value)}, {firing.watched.comparison.value} {write(firing.threshold)}",
        looked=_looked(firing, zone, at),
        behind=formats.count(firing.num_behind),
        href=behind(firing.watched, firing.started_at),
        muted=firing.was_muted,
        told=[told_line(one) for one in firing.deliveries],
    )


def _looked(firing: Firing, zone: tzinfo, at: datetime) -> str:
    """Return what the look that fired saw: "of 12 Nov 15:02 to 16:02, of 1 filter"."""
    until = firing.started_at
    since = until - timedelta(minutes=firing.watched.window_minutes)
    days = {one.astimezone(zone).date() for one in (since, until)}
    is_past = len(days) == 1 and at.astimezone(zone).date() not in days
    end = f"{until.astimezone(zone):%H:%M}" if is_past else formats.clock(until, zone, at)
    return f"of {formats.clock(since, zone, at)} to {end}{_of_filters(firing.watched)}"


def behind(watched: Watched, until: datetime) -> str:
    """Return the log with the conversations that a look at this moment saw; of failures, those that failed."""
    more = {"text": watched.filters.text} if watched.filters.text else {}
    narrow = METRICS[OF_METRIC[watched.measure]].behind if watched.measure in OF_METRIC else ()
    since = until - timedelta(minutes=watched.window_minutes)
    return figure_address(pairs_of(watched.filters), narrow, **more, since=since.isoformat(), until=until.isoformat())
