"""The picture of how the rows lie by one metric: the variant upwards, its baseline downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.experiments.types import Comparison, MetricComparison, Spread
from console.state import formats
from console.state.experiment_rows import amount
from console.state.forms import Choice

# Measured for a drawing of 460 by 200.
LEFT, RIGHT, MIDDLE, LONGEST, LEAST = 12, 448, 92, 78, 1.5
MOST_WORDS = 6


@dataclass(frozen=True)
class SpreadBar:
    """A bin: how high each side is, and what its row in the table says."""

    x: str
    width: str
    new_y: str
    new_height: str
    old_height: str
    at: str
    label: str
    words: str
    old: str
    new: str
    told: str


@dataclass(frozen=True)
class SpreadPicture:
    """`metric` is empty where nothing is to be drawn."""

    metric: str = ""
    bars: list[SpreadBar] = field(default_factory=list)
    without: str = ""


def metrics_in(found: Comparison) -> list[Choice]:
    return [Choice(one.metric, one.metric) for one in found.spreads]


def spread_picture(found: Comparison, metric: str, variant: str) -> SpreadPicture:
    """Measure the picture of one metric; without it, of nothing."""
    spread = next((one for one in found.spreads if one.metric == metric), None)
    unit = next((one for one in found.metrics if (one.metric, one.variant) == (metric, variant)), None)
    if spread is None or unit is None:
        return SpreadPicture()
    old, new = spread.counts[found.baseline], spread.counts[variant]
    highest = max(*old, *new, 1)
    step = (RIGHT - LEFT) / len(spread.bins)
    labels = _labels(spread, unit)
    every = -(-len(labels) // MOST_WORDS)
    bars = []
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        up, down = (max(LONGEST * count / highest, LEAST if count else 0.0) for count in (after, before))
        words = [formats.counted(count, "row") for count in (before, after)]
        bars.append(
            SpreadBar(
                x=f"{LEFT + at * step + step * 0.08:.1f}",
                width=f"{min(step * 0.84, 60):.1f}",
                new_y=f"{MIDDLE - up:.1f}",
                new_height=f"{up:.1f}",
                old_height=f"{down:.1f}",
                at=f"{LEFT + at * step + step * 0.08 + min(step * 0.84, 60) / 2:.1f}",
                label="" if at % every else _short(spread, unit, at),
                words=labels[at],
                old=formats.count(before),
                new=formats.count(after),
                told=f"{labels[at]}: {variant} {words[1]}, {found.baseline} {words[0]}",
            )
        )
    return SpreadPicture(metric, bars, _without(spread, found.baseline, variant))


def _labels(spread: Spread, unit: MetricComparison) -> Sequence[str]:
    """Return what each bin holds: a value, or from where to where."""
    told = [amount(unit, low) if low == high else f"{amount(unit, low)} to {amount(unit, high)}"
            for low, high in spread.bins]  # fmt: skip
    if spread.is_open:
        told[-1] = f"{amount(unit, spread.bins[-1][0])} and more"
    return told


def _short(spread: Spread, unit: MetricComparison, at: int) -> str:
    return amount(unit, spread.bins[at][0])


def _without(spread: Spread, baseline: str, variant: str) -> str:
    """Say how many rows have no score, empty where all have one."""
    told = [f"{name} {formats.count(spread.without[name])}" for name in (variant, baseline) if spread.without[name]]
    return f"Rows without a score: {', '.join(told)}" if told else ""
