"""The picture of quality and cost, measured for a drawing of 460 by 300."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from backend.experiments.types import Aim, Comparison, TradeOff
from backend.written import figure
from console.state import formats
from console.state.experiment_aims import missed_words, target_words
from console.state.experiment_savings import lacks_margin, saving_words

# The lowest and the cheapest stand a little off the axes, so that their circles cover no number.
LEFT, RIGHT, TOP, BOTTOM, FLOOR = 72, 440, 20, 246, 264
# Circles nearer than this would hide each other's letters, which stand above each other beside them then.
NEAR, STEP, ASIDE = 22.0, 16.0, 30.0
# Where all are equally good, the axis shows this much on both sides of them.
AROUND = 0.1
# A number at the end of its axis ends with the drawing.
LAST_TEXT, EDGE = 420.0, 458.0
MOST_TICKS, TEXT_DROP, ROUNDING = 5, 4.0, 1e-9


@dataclass(frozen=True)
class Dot:
    """A variant in the picture of quality and cost; the radius grows with its p95. `note` says what it is there.

    Without a price it has no place in the picture, and only a line in the table.

    `missed` says which targets it misses.

    Its bar from `y_low` to `y_high` holds its quality. Its letter stands at `letter_x` and `letter_y`; where that is
    `aside`, a line leads there.
    """

    name: str
    words: str
    letter: str
    quality: str
    cost: str
    latency: str
    on_front: bool
    note: str
    missed: str = ""
    x: str = ""
    y: str = ""
    letter_x: str = ""
    letter_y: str = ""
    aside: bool = False
    radius: str = ""
    told: str = ""
    y_low: str = ""
    y_high: str = ""


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where it crosses its axis, and the value there, which is `anchor`ed at `text_at`."""

    at: str
    text_at: str
    words: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Picture:
    """`drawn` are the dots from back to front: none hides one that is not beaten. `quality` names its axis.

    `saving` is the sentence below, `lacks_margin` where it asks for one. `target_y` and `target_x` are the lines of
    the targets of quality and of cost, empty where there is none or it lies too far off; `wanted` says all targets.
    """

    dots: list[Dot] = field(default_factory=list)
    drawn: list[Dot] = field(default_factory=list)
    line: str = ""
    qualities: list[Tick] = field(default_factory=list)
    costs: list[Tick] = field(default_factory=list)
    saving: str = ""
    quality: str = ""
    lacks_margin: bool = False
    target_y: str = ""
    target_x: str = ""
    wanted: str = ""


def picture_of(found: Comparison) -> Picture:
    """Measure the picture: cost to the right, quality upwards, and the line of those that none beats at both.

    What only its latency keeps from being beaten is drawn as those on the line are, and says so.
    """
    measured = [one for one in found.trade_offs if math.isfinite(one.quality)]
    points = [one for one in measured if math.isfinite(one.cost)]
    known = [one for one in measured if one in points or one.variant in found.unpriced]
    is_share = all(0 <= one.quality <= 1 for one in known)
    lines = {one.variant: _line(one, chr(ord("A") + at), found, is_share=is_share) for at, one in enumerate(known)}
    if not points:
        return Picture([*lines.values()], saving=saving_words(found) if known else "", quality=found.primary)
    costs, qualities = [one.cost for one in points], [one.quality for one in points]
    slowest = max(one.latency_p95 for one in points) or 1.0
    bars = [_bar(one, is_share=is_share) for one in points]
    lowest, highest = min(low for low, _ in bars), max(high for _, high in bars)
    goal, most = _targets(found, lowest, highest, max(costs), is_share=is_share)
    if goal is not None:
        lowest, highest = min(lowest, goal), max(highest, goal)
    around = 0.15 * (highest - lowest) or (AROUND if is_share else AROUND * abs(qualities[0]) or AROUND)
    bottom, top = lowest - around, highest + around
    if is_share:
        bottom, top = max(bottom, 0.0), min(top, 1.0)
    dearest = max(*costs, most or 0.0) * 1.1 or 1.0

    def place(cost: float, quality: float) -> tuple[float, float]:
        across = LEFT + (RIGHT - LEFT) * cost / dearest
        return across, BOTTOM - (BOTTOM - TOP) * (quality - bottom) / (top - bottom)

    dots = []
    spots = [place(one.cost, one.quality) for one in points]
    for at, (one, (across, up), letter) in enumerate(zip(points, spots, _letters(spots), strict=True)):
        low, high = bars[at]
        row = lines[one.variant]
        ends = f" ({_quality(low, is_share=is_share)} to {_quality(high, is_share=is_share)})" if low < high else ""
        dots.append(
            replace(
                row,
                x=f"{across:.1f}",
                y=f"{up:.1f}",
                letter_x=f"{letter[0]:.1f}",
                letter_y=f"{letter[1]:.1f}",
                aside=letter != (across, up),
                radius=f"{8 + 6 * math.sqrt(one.latency_p95 / slowest):.1f}",
                told=f"{one.variant}: {row.quality}{ends}, {row.cost} per 1,000, p95 {row.latency}",
                y_low=f"{place(one.cost, low)[1]:.1f}",
                y_high=f"{place(one.cost, high)[1]:.1f}",
            )
        )
    joined = (place(one.cost, one.quality) for one in points if one.on_front and not one.by_latency)
    front = sorted(joined, key=lambda spot: spot[0])
    line = " ".join([f"M{front[0][0]:.1f} {FLOOR}", *(f"V{up:.1f} H{across:.1f}" for across, up in _steps(front))])
    return Picture(
        [*(lines | {dot.name: dot for dot in dots}).values()],
        sorted(dots, key=lambda dot: dot.on_front),
        line,
        [_tick(place(0, one)[1], _quality(one, is_share=is_share)) for one in _steps_between(bottom, top)],
        [
            _cost_tick(place(one, bottom)[0], _dollars(one))
            for one in (_steps_between(0.0, dearest) if any(costs) else [0.0])
        ],
        saving_words(found),
        found.primary,
        lacks_margin(found),
        "" if goal is None else f"{place(0, goal)[1]:.1f}",
        "" if most is None else f"{place(most, bottom)[0]:.1f}",
        _wanted(found, is_drawn=(goal is not None, most is not None)),
    )


def _targets(
    found: Comparison, lowest: float, highest: float, dearest: float, *, is_share: bool
) -> tuple[float | None, float | None]:
    """Return the targets of quality and of cost that are drawn: of means alone, and none far beyond all that is there.

    All else would lie in a corner of the picture.
    """
    goals = {one.metric: one.target for one in found.aims if one.statistic == "mean" and one.target is not None}
    goal, most = (
        goals.get(found.primary),
        next((goals[one.metric] for one in _of_money(found) if one.metric in goals), None),
    )
    far = (highest - lowest) or abs(highest) or AROUND
    if goal is not None and not (0 <= goal <= 1 if is_share else lowest - far <= goal <= highest + far):
        goal = None
    return goal, most if most is not None and 0 <= most <= 2 * dearest else None


def _of_money(found: Comparison) -> list[Aim]:
    return [one for one in found.aims if one.unit == "$"]


def _wanted(found: Comparison, *, is_drawn: tuple[bool, bool]) -> str:
    """Say all targets, those with a line first: "Dashed: exact, target 90.0 %. Also wanted: latency, target 2.0 s."."""
    money = {one.metric for one in _of_money(found)[:1]}
    told = {
        one.metric: f"{one.metric} {target_words(found, one.metric)}" for one in found.aims if one.target is not None
    }
    drawn = [name for name in told if (name == found.primary and is_drawn[0]) or (name in money and is_drawn[1])]
    rest = [name for name in told if name not in drawn]
    said = [f"Dashed: {', '.join(told[name] for name in drawn)}."] if drawn else []
    return " ".join([*said, *([f"Also wanted: {', '.join(told[name] for name in rest)}."] if rest else [])])


def _bar(one: TradeOff, *, is_share: bool) -> tuple[float, float]:
    """Return where the quality of a variant lies, a share no further than its ends; the point where nothing tells."""
    low, high = one.quality_low, one.quality_high
    if math.isnan(low):
        return one.quality, one.quality
    return (max(low, 0.0), min(high, 1.0)) if is_share else (low, high)


def _line(one: TradeOff, letter: str, found: Comparison, *, is_share: bool) -> Dot:
    """Return what the table says of a variant, which is drawn where a price is known."""
    is_priced = math.isfinite(one.cost)
    beside = "" if one.on_front else "not on the line" if is_priced else "not in the picture"
    if one.by_latency:
        beside = "faster than those on the line that are as good"
    return Dot(
        name=one.variant,
        words=one.words,
        letter=letter,
        quality=_quality(one.quality, is_share=is_share),
        cost=_dollars(one.cost) if is_priced else formats.NO_PRICE,
        latency=formats.span(one.latency_p95),
        on_front=one.on_front,
        note=", ".join(filter(None, ("baseline" if one.variant == found.baseline else "", beside))),
        missed=missed_words(found, one.variant),
    )


def _tick(at: float, words: str) -> Tick:
    return Tick(f"{at:.1f}", f"{at + TEXT_DROP:.1f}", words)


def _cost_tick(at: float, words: str) -> Tick:
    return Tick(f"{at:.1f}", f"{EDGE if at > LAST_TEXT else at:.1f}", words, "end" if at > LAST_TEXT else "middle")


def _letters(spots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return where the letters stand: each in its circle, those of circles that cover each other beside all of them."""
    groups: list[list[int]] = []
    for at, spot in enumerate(spots):
        near = next((group for group in groups if math.dist(spots[group[0]], spot) < NEAR), None)
        groups.append([at]) if near is None else near.append(at)
    places = list(spots)
    for group in (one for one in groups if len(one) > 1):
        step = min(STEP, (BOTTOM - TOP) / (len(group) - 1))
        half = step * (len(group) - 1) / 2
        middle = sum(spots[at][1] for at in group) / len(group)
        first = max(min(middle - half, BOTTOM - 2 * half), TOP)
        beside = max(spots[at][0] for at in group) + ASIDE
        if beside > EDGE - STEP:
            beside = min(spots[at][0] for at in group) - ASIDE
        for rank, at in enumerate(sorted(group, key=lambda one: spots[one][1])):
            places[at] = beside, first + step * rank
    return places


def _steps_between(low: float, high: float) -> list[float]:
    """Return three to six round numbers between two others."""
    rough = (high - low) / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1.0, 2.0, 2.5, 5.0, 10.0) if one * power >= rough)
    first = math.ceil(low / step - ROUNDING)
    return [step * at for at in range(first, math.floor(high / step + ROUNDING) + 1)]


def _dollars(cost: float) -> str:
    """Return what a thousand answers cost."""
    return formats.price(round(Decimal(str(cost)) * 1_000, 9).normalize())


def _quality(value: float, *, is_share: bool) -> str:
    return f"{100 * value:.3g} %" if is_share else figure(value)


def _steps(front: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return for each point of the front its height and how far to the right it holds."""
    ends = [*(across for across, _ in front[1:]), float(RIGHT)]
    return [(end, up) for (_, up), end in zip(front, ends, strict=True)]
