"""A picture of what a rule watches: the figure, its threshold, and when it would have fired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import pairwise

from backend.alerts.types import Comparison, Looked, NewAlert, Preview
from console.state import formats
from console.state.alert_rows import minutes
from console.state.figure_picture import Drawing, Mark, Series, drawing
from console.state.figure_rows import MEASURES

# So many points are drawn at most: an hour each of seven days.
MOST_POINTS = 168
MOST_SPELLS = 5


@dataclass(frozen=True)
class Band:
    """A time for which a rule fired, in parts of the picture."""

    left: str
    width: str


@dataclass(frozen=True)
class Picture:
    """A figure over time with its threshold; `words` say the same."""

    drawing: Drawing = field(default_factory=Drawing)
    bands: list[Band] = field(default_factory=list)
    limit: Mark = field(default_factory=lambda: Mark("0%", ""))
    words: str = ""
    spells: list[str] = field(default_factory=list)
    more: str = ""


def picture(rule: NewAlert, found: Preview, zone: tzinfo) -> Picture:
    """Draw what the looks saw, of each hour the worst, with the threshold and the times of firing."""
    write = MEASURES[rule.measure][1]
    worst = _worst(found.looks, rule.comparison)
    series = [Series("", [one.value for one in worst], [""] * len(worst))]
    series.append(Series("", [rule.threshold] * len(worst), [""] * len(worst)))
    # The first hour may lie on both sides of a midnight.
    before, *days = (_day(at, zone) for at in (found.since, *(one.at for one in worst)))
    drawn = drawing(series, days, write)
    begins = [at for at, (last, day) in enumerate(pairwise([before, *days])) if day != last]
    top = next(spot.top for spot in drawn.spots if spot.kind == "s2")
    curves = [drawn.curves[0], replace(drawn.curves[1], kind="limit")]
    whole = found.until - found.since
    bands = [
        Band(
            f"{100 * ((one.since - found.since) / whole):.2f}%",
            f"{100 * (((one.until or found.until) - one.since) / whole):.2f}%",
        )
        for one in found.spells
    ]
    spells = [
        f"{formats.clock(one.since, zone, found.until)} {_lasted(one.until, one.since)}, value {write(one.value)}"
        for one in found.spells
    ]
    return Picture(
        drawing=replace(drawn, curves=curves, spots=[], times=[_mark(at, days) for at in begins]),
        bands=bands,
        limit=Mark(top, f"{rule.comparison.value} {write(rule.threshold)}"),
        words=_would(found),
        spells=spells[-MOST_SPELLS:][::-1],
        more=f"and {len(spells) - MOST_SPELLS} before" if len(spells) > MOST_SPELLS else "",
    )


def _day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b}"


def _mark(at: int, days: Sequence[str]) -> Mark:
    """Return where a day begins: each of the seven has one."""
    return Mark(f"{100 * (at + 0.5) / len(days):.2f}%", days[at])


def _lasted(until: datetime | None, since: datetime) -> str:
    return f"for {minutes(max(1, round((until - since).total_seconds() / 60)))}" if until else "and still"


def _would(found: Preview) -> str:
    """Return what the rule would have done, in a sentence."""
    if not found.num_behind:
        return "No conversation of the last 7 days matches this rule, so there is nothing to judge it by."
    if all(one.value is None for one in found.looks):
        return "Too few conversations in the last 7 days to judge this rule."
    num = len(found.spells)
    if not num:
        step = minutes(round(found.step_minutes))
        never = f"Looked at every {step}, this would not have fired in the last 7 days."
        return f"{never} What is shorter does not show here."
    return f"In the last 7 days this would have fired {'once' if num == 1 else f'{num} times'}."


def _worst(looks: Sequence[Looked], comparison: Comparison) -> list[Looked]:
    """Return one look of each few, the one nearest to firing."""
    each = -(-len(looks) // MOST_POINTS)
    pick = max if comparison is Comparison.ABOVE else min
    made = []
    for at in range(0, len(looks), each):
        group = looks[at : at + each]
        values = [one.value for one in group if one.value is not None]
        made.append(Looked(group[0].at, pick(values) if values else None))
    return made
