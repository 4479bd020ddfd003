"""Borders of hours, days and weeks as a reader's clock shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.conversations.figure_types import Step
from backend.errors import InvalidInput

MAX_POINTS = 400
DAYS = {Step.DAY: 1, Step.WEEK: 7}


def zone_of(name: str) -> ZoneInfo:
    """Return the zone. Raise InvalidInput for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        words = "This time zone is not known."
        raise InvalidInput(words, hint='Name one as in "Europe/Berlin".', fields={"zone": words}) from error


def borders(since: datetime, until: datetime, step: Step, zone: ZoneInfo) -> list[datetime]:
    """Return the borders in UTC, the first at or before `since`, the last at or after `until`.

    Raise InvalidInput where the range is empty or holds more than MAX_POINTS steps.
    """
    if since >= until:
        raise _wrong("The range has to end after it begins.")
    days = DAYS.get(step)
    if (until - since) / timedelta(days=days or 1 / 24) > MAX_POINTS:
        raise _wrong(f"A range has at most {MAX_POINTS} points; choose a longer step.")
    local = since.astimezone(zone)
    if days is None:
        # Hours are counted through a change of the clock: each is one, the doubled one is two.
        made = [since.astimezone(UTC) - timedelta(minutes=local.minute, seconds=local.second + local.microsecond / 1e6)]
        while made[-1] < until:
            made.append(made[-1] + timedelta(hours=1))
        return made
    day = local.date() - timedelta(days=local.weekday() if step is Step.WEEK else 0)
    made = [_midnight(day, zone)]
    while made[-1] < until:
        day += timedelta(days=days)
        made.append(_midnight(day, zone))
    return made


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"until": words})
