"""Quality, money and time of each variant for one picture, and of which no price is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backend.experiments.analysis.matrices import Matrices, row_means
from backend.experiments.statistics.comparison import interval_of_mean
from backend.experiments.statistics.pareto import front
from backend.experiments.statistics.resampling import Floats, Ints
from backend.experiments.statistics.types import Metric
from backend.experiments.types import COST, LATENCY, TradeOff


def trade_offs_of(
    found: Matrices, primary: Metric | None, variants: Sequence[tuple[str, str]], clusters: Ints | None
) -> tuple[TradeOff, ...]:
    if primary is None or not found.rows:
        return ()
    points, ends = [], []
    for at in range(len(variants)):
        quality = row_means(found.whole(primary)[at])
        costs, times = found.scores[COST][at], found.scores[LATENCY][at]
        points.append((_mean(quality), _mean(costs), _quantile(times, 0.95)))
        interval = interval_of_mean(quality, clusters, primary.worst)
        ends.append((interval.low, interval.high) if math.isfinite(interval.low) else (math.nan, math.nan))
    on_front, slow_too = _unbeaten(points, primary), _unbeaten([one[:2] for one in points], primary)
    return tuple(
        TradeOff(name, words, *points[at], at in on_front, *ends[at], at in on_front - slow_too)
        for at, (name, words) in enumerate(variants)
    )


def _unbeaten(points: Sequence[tuple[float, ...]], primary: Metric) -> set[int]:
    """Return which points no other beats at quality, cost and, where they have it, time.

    What no price is known of is neither dearer nor cheaper than another; a time that is not known is the longest.
    """
    known = [at for at, one in enumerate(points) if math.isfinite(one[1])]
    given = [(*points[at][:2], *(math.inf if math.isnan(time) else time for time in points[at][2:])) for at in known]
    found = front(given, [primary.higher_is_better, False, False][: len(given[0])] if given else [])
    return {at for at, is_unbeaten in zip(known, found, strict=True) if is_unbeaten}


def unpriced_of(found: Matrices, names: Sequence[str]) -> tuple[str, ...]:
    """Return the variants of which an answer has no price."""
    lacking = np.isnan(found.scores[COST]) & (found.failed == 0)
    return tuple(name for name, lost in zip(names, lacking, strict=True) if lost.any())


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan


def _quantile(values: Floats, level: float) -> float:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, level, method="inverted_cdf")) if known.size else math.nan
