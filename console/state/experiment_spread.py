"""The picture of how the rows lie by one metric: the variant upwards, its baseline downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.experiments.types import Aim, Comparison, MetricComparison, Spread
from console.state import formats
from console.state.experiment_aims import aim_of, mark_words, target_words
from console.state.experiment_written import amount
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
    """`metric` is empty where nothing is to be drawn.

    `mark_x` is the line between rows that pass and rows that do not, `target_x` that of the target, each empty where
    there is none; `wanted` says both in words, and what the variant has.
    """

    metric: str = ""
    bars: list[SpreadBar] = field(default_factory=list)
    without: str = ""
    mark_x: str = ""
    target_x: str = ""
    wanted: str = ""


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
    aim = aim_of(found, metric)
    lines = (_mark_x(spread, aim), _target_x(spread, aim)) if aim else ("", "")
    return SpreadPicture(
        metric, bars, _without(spread, found.baseline, variant), *lines, _wanted(found, metric, lines[1])
    )


def _wanted(found: Comparison, metric: str, target_x: str) -> str:
    """Say what the lines are: "Line: pass mark 70.0 %. Dashed: target 90.0 %."."""
    mark, target = mark_words(found, metric), target_words(found, metric)
    dashed = f"{'Dashed' if target_x else 'Beyond the picture'}: {target}." if target else ""
    return " ".join(filter(None, (f"Line: {mark}." if mark else "", dashed)))


def _mark_x(spread: Spread, aim: Aim) -> str:
    """Return where rows begin to pass: between two bins of single values, inside a stretch at its own place."""
    mark = aim.threshold
    if mark is None:
        return ""
    step = (RIGHT - LEFT) / len(spread.bins)
    if _are_values(spread):
        passing = [at for at, (value, _) in enumerate(spread.bins) if _passes(value, mark, aim)]
        if aim.direction == "higher":
            return f"{LEFT + step * (passing[0] if passing else len(spread.bins)):.1f}"
        return f"{LEFT + step * (passing[-1] + 1 if passing else 0):.1f}"
    return f"{_along(spread, mark):.1f}"


def _passes(value: float, mark: float, aim: Aim) -> bool:
    return value >= mark if aim.direction == "higher" else value <= mark


def _target_x(spread: Spread, aim: Aim) -> str:
    """Return where the target lies among the values; empty where none lies beyond it, or only what is left out."""
    target = aim.target
    if target is None or not spread.bins[0][0] <= target <= spread.bins[-1][1]:
        return ""
    if not _are_values(spread):
        return f"{_along(spread, target):.1f}"
    step = (RIGHT - LEFT) / len(spread.bins)
    width = min(step * 0.84, 60)
    middles = [LEFT + at * step + step * 0.08 + width / 2 for at in range(len(spread.bins))]
    for at, (value, _) in enumerate(spread.bins):
        if target <= value:
            before = spread.bins[max(at - 1, 0)][0]
            share = (target - before) / (value - before) if value > before else 1.0
            return f"{middles[max(at - 1, 0)] + share * (middles[at] - middles[max(at - 1, 0)]):.1f}"
    return ""


def _are_values(spread: Spread) -> bool:
    return all(low == high for low, high in spread.bins)


def _along(spread: Spread, value: float) -> float:
    low, high = spread.bins[0][0], spread.bins[-1][1]
    return LEFT + (RIGHT - LEFT) * max(0.0, min(1.0, (value - low) / (high - low)))


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
