"""The picture of quality and cost, measured for a drawing of 460 by 300."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from backend.experiments.types import Comparison, TradeOff
from console.state import formats

# What costs nothing stands a little off the axis, so that its circle covers no number.
LEFT, RIGHT, TOP, BOTTOM = 72, 440, 16, 264


@dataclass(frozen=True)
class Dot:
    """A variant in the picture of quality and cost; the radius grows with its p95."""

    name: str
    words: str
    letter: str
    x: str
    y: str
    radius: str
    quality: str
    cost: str
    latency: str
    on_front: bool
    is_baseline: bool


@dataclass(frozen=True)
class Picture:
    dots: list[Dot] = field(default_factory=list)
    line: str = ""
    low: str = ""
    high: str = ""
    cheap: str = ""
    dear: str = ""


def picture_of(found: Comparison) -> Picture:
    """Measure the picture: cost to the right, quality upwards, and the line of those that none beats at both."""
    points = [one for one in found.trade_offs if math.isfinite(one.quality) and math.isfinite(one.cost)]
    if not points:
        return Picture()
    costs, qualities = [one.cost for one in points], [one.quality for one in points]
    slowest = max(one.latency_p95 for one in points) or 1.0
    spread = max(qualities) - min(qualities) or 0.1
    bottom, top = min(qualities) - 0.15 * spread, max(qualities) + 0.15 * spread
    is_share = all(0 <= one <= 1 for one in qualities)
    if is_share:
        bottom, top = max(bottom, 0.0), min(top, 1.0)
    dearest = max(costs) * 1.1 or 1.0

    def place(one: TradeOff) -> tuple[float, float]:
        across = LEFT + (RIGHT - LEFT) * one.cost / dearest
        return across, BOTTOM - (BOTTOM - TOP) * (one.quality - bottom) / (top - bottom)

    dots = []
    for at, one in enumerate(points):
        across, up = place(one)
        dots.append(
            Dot(
                name=one.variant,
                words=one.words,
                letter=chr(ord("A") + at),
                x=f"{across:.1f}",
                y=f"{up:.1f}",
                radius=f"{8 + 6 * math.sqrt(one.latency_p95 / slowest):.1f}",
                quality=_quality(one.quality, is_share=is_share),
                cost=formats.money(Decimal(str(one.cost)) * 1_000),
                latency=formats.span(one.latency_p95),
                on_front=one.on_front,
                is_baseline=one.variant == found.baseline,
            )
        )
    front = sorted((place(one) for one in points if one.on_front), key=lambda spot: spot[0])
    line = " ".join([f"M{front[0][0]:.1f} {BOTTOM}", *(f"V{up:.1f} H{across:.1f}" for across, up in _steps(front))])
    dear = formats.money(Decimal(str(dearest)) * 1_000) if any(costs) else ""
    low, high = (_quality(one, is_share=is_share) for one in (bottom, top))
    return Picture(dots, line, low, high, "$0", dear)


def _quality(value: float, *, is_share: bool) -> str:
    return f"{100 * value:.3g} %" if is_share else f"{value:.3g}"


def _steps(front: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return for each point of the front its height and how far to the right it holds."""
    ends = [*(across for across, _ in front[1:]), float(RIGHT)]
    return [(end, up) for (_, up), end in zip(front, ends, strict=True)]
