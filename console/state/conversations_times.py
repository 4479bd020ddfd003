"""The time that the log is narrowed to: spans of whole days by a name, or from one day to another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from console.state import formats
from console.state.conversations_filters import TIME, Choice, FilterLines, Pair, moments_of, time_pair
from console.state.forms import Choice as Option

ANY, OWN = "", "own"
ANY_WORDS = "Any time"
# By its name: its words, how many days before today it begins, and how many before tomorrow it ends.
SPANS = {
    "today": ("Today", 0, 0),
    "yesterday": ("Yesterday", 1, 1),
    "7": ("Last 7 days", 6, 0),
    "30": ("Last 30 days", 29, 0),
}
DAY = timedelta(days=1)


def span_pair(name: str, zone: tzinfo, at: datetime) -> Pair | None:
    """Return the choice that a name stands for at a moment, None where it stands for none."""
    if name not in SPANS:
        return None
    today, (_, first, last) = formats.start_of_day(zone, at), SPANS[name]
    return time_pair(today - first * DAY, today + DAY - last * DAY)


def kept_times(chosen: Iterable[Pair], zone: tzinfo, at: datetime) -> tuple[Pair, ...]:
    """Return what is chosen as it is kept for later: "today" of a day, and not its date."""

    def kept(pair: Pair) -> Pair:
        name = span_of([pair], zone, at)
        return (TIME, name) if name in SPANS else pair

    return tuple(kept(pair) if pair[0] == TIME else pair for pair in chosen)


def read_times(chosen: Iterable[Pair], zone: tzinfo, at: datetime) -> tuple[Pair, ...]:
    """Return what was kept as it is chosen now; a time that nobody can read is none."""
    pairs = tuple(
        (span_pair(value, zone, at) or (key, value)) if key == TIME else (key, value) for key, value in chosen
    )
    return tuple(pair for pair in pairs if pair[0] != TIME or None not in moments_of([pair]))


def days_pair(first: str, last: str, zone: tzinfo, at: datetime) -> Pair | None:
    """Return the choice of two whole days and all between, as a browser writes them; up to today where none ends it.

    None where one is no day.
    """
    ends = [formats.day_of(first, zone), formats.day_of(last, zone) if last else formats.start_of_day(zone, at)]
    days = sorted(end for end in ends if end is not None)
    if len(days) < len(ends):
        return None
    pair = time_pair(days[0], days[1] + DAY)
    return pair if None not in moments_of([pair]) else None


def span_of(chosen: Iterable[Pair], zone: tzinfo, at: datetime) -> str:
    """Return the name of the time that is chosen: of none, of another than these."""
    pair = next((one for one in chosen if one[0] == TIME), None)
    return next((name for name in SPANS if span_pair(name, zone, at) == pair), OWN) if pair else ANY


def days_of(chosen: Iterable[Pair], zone: tzinfo) -> tuple[str, str]:
    """Return the first and the last day of what is chosen, as a browser writes them; nothing of none."""
    days = _days(chosen, zone)
    return (f"{days[0]:%Y-%m-%d}", f"{days[1]:%Y-%m-%d}") if days else ("", "")


def time_options(chosen: tuple[Pair, ...], zone: tzinfo, at: datetime) -> list[Option]:
    """Return what can be chosen by one word, and what is chosen where that is none of it."""
    options = [Option(ANY, ANY_WORDS), *(Option(name, words) for name, (words, _, _) in SPANS.items())]
    own = [Option(OWN, _words(chosen, zone, at))] if span_of(chosen, zone, at) == OWN else []
    return [*options, *own]


def time_lines(chosen: tuple[Pair, ...], matching: int, zone: tzinfo, at: datetime) -> list[FilterLines]:
    """Return the time as a filter that can be taken away."""
    value = next((value for key, value in chosen if key == TIME), "")
    if not value or None in moments_of(chosen):
        return []
    line = Choice(value, _words(chosen, zone, at), formats.count(matching), 100, chosen=True)
    return [FilterLines(TIME, "Time", [line])]


def _words(chosen: Iterable[Pair], zone: tzinfo, at: datetime) -> str:
    pairs = tuple(chosen)
    name = span_of(pairs, zone, at)
    if name in SPANS:
        return SPANS[name][0]
    moments = [one for one in moments_of(pairs) if one is not None]
    if all(one == formats.start_of_day(zone, one) for one in moments):
        days = dict.fromkeys(_day(one, zone, at) for one in _days(pairs, zone))
        return " to ".join(days)
    return " to ".join(formats.clock(one, zone, at).removesuffix(":00") for one in moments)


def _days(chosen: Iterable[Pair], zone: tzinfo) -> tuple[datetime, ...]:
    """Return the first day and the last that a choice of time reaches into."""
    since, until = moments_of(chosen)
    if since is None or until is None:
        return ()
    return since.astimezone(zone), max(since, until - timedelta(microseconds=1)).astimezone(zone)


def _day(moment: datetime, zone: tzinfo, at: datetime) -> str:
    year = f" {moment.year}" if moment.year != at.astimezone(zone).year else ""
    return f"{moment.day} {moment:%b}{year}"
