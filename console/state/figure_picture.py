"""A picture of lines over time, measured in parts of a hundred, so that it fits any width and text keeps its size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from console.state.figure_rows import Value

MOST_TICKS, MOST_LABELS, ROUNDING = 4, 6, 1e-9


@dataclass(frozen=True)
class Curve:
    """A line: `kind` numbers its colour and dash. `so_far` is its way into a step that is not over yet."""

    name: str
    kind: str
    d: str
    so_far: str = ""


@dataclass(frozen=True)
class Spot:
    """A point that leads to what stands behind it."""

    left: str
    top: str
    kind: str
    href: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A word at an axis, and where."""

    at: str
    words: str


@dataclass(frozen=True)
class Event:
    """What happened at a moment, and where it is read; `words` names several that fell into one step."""

    at: str
    words: str
    href: str


@dataclass(frozen=True)
class Drawing:
    curves: list[Curve] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    heights: list[Mark] = field(default_factory=list)
    times: list[Mark] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """A line to draw: its values, None for gaps, and where each point leads."""

    name: str
    values: Sequence[Value]
    hrefs: Sequence[str]


def drawing(
    series: Sequence[Series], times: Sequence[str], write: Callable[[float], str], *, is_open: bool = False
) -> Drawing:
    """Measure the lines upwards from 0; times stand in the middle of their step.

    Where the last step `is_open`, its value grows yet: the way there is drawn apart, for it reads like a fall.
    """
    known = [value for one in series for value in one.values if value is not None]
    steps = _steps(max(known, default=0) or 1)
    top = steps[-1]

    def left(at: int) -> float:
        return 100 * (at + 0.5) / len(times)

    def height(value: float) -> float:
        return 100 - 100 * value / top

    curves, spots = [], []
    for number, one in enumerate(series, 1):
        ended, going = list[Value](one.values), list[Value]([None] * len(one.values))
        if is_open and len(ended) > 1:
            going[-2:], ended[-1] = ended[-2:], None
        curves.append(Curve(one.name, f"s{number}", curve(ended, left, height), curve(going, left, height)))
        spots += [
            Spot(
                f"{left(at):.2f}%", f"{height(value):.2f}%", f"s{number}", one.hrefs[at],
                f"{one.name}, {times[at]}: {write(value)}",
            )
            for at, value in enumerate(one.values)
            if value is not None
        ]  # fmt: skip
    each = max(1, math.ceil(len(times) / MOST_LABELS))
    return Drawing(
        curves,
        spots,
        [Mark(f"{height(step):.2f}%", write(step)) for step in _told_apart(steps, write)],
        [Mark(f"{left(at):.2f}%", words) for at, words in enumerate(times) if at % each == 0],
    )


def curve(values: Sequence[Value], left: Callable[[int], float], height: Callable[[float], float]) -> str:
    """Return a path through the values, torn where one is unknown; a lone one is a short dash."""
    drawn: list[str] = []
    is_open = False
    for at, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        drawn.append(f"{'L' if is_open else 'M'}{left(at):.2f} {height(value):.2f}")
        if not is_open and (at + 1 == len(values) or values[at + 1] is None):
            drawn.append("h0.01")
        is_open = True
    return " ".join(drawn)


def spark(values: Sequence[Value]) -> str:
    """Return a small line of 100 by 24 from its lowest to its highest value."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004  # one point is no line
        return ""
    low, high = min(known), max(known)
    spread = high - low or 1

    def height(value: float) -> float:
        return 22 - 20 * (value - low) / spread if high > low else 12.0

    return curve(values, lambda at: 2 + 96 * at / (len(values) - 1), height)


def _told_apart(steps: list[float], write: Callable[[float], str]) -> list[float]:
    """Return the steps without those that would be written like another number: of a count, halves."""
    is_apart = len({write(step) for step in steps}) == len(steps)
    return [
        step
        for step in steps
        if step.is_integer() or (is_apart and write(step) not in {write(math.floor(step)), write(math.ceil(step))})
    ]


def _steps(most: float) -> list[float]:
    """Return round numbers from 0 to the first at or above the highest value."""
    rough = most / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1.0, 2.0, 2.5, 5.0, 10.0) if one * power >= rough - ROUNDING)
    return [step * at for at in range(math.ceil(most / step - ROUNDING) + 1)]
