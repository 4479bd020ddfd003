"""Paired differences of a quantile, such as the p95 of latency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from backend.experiments.statistics.proportions import Interval
from backend.experiments.statistics.resampling import Floats, Ints

# A drawn quantile further from the middle than this many standard errors is rarer than one in 10^14.
_WINDOW_ERRORS = 8
_ROUNDING = 1e-9
_AS_DEAR = 64


class Quantile:
    """Finds the quantile of one arm for each draw: the smallest value with the level at or below it.

    Only the values near the quantile are looked at; all below them enter as one count for each cluster. They stand in
    blocks, counted by one matrix product, and a draw walks along the one alone in which its quantile lies: 10,000 rows
    of ten conversations cost a draw two hundred additions, where a walk along all that is near cost ten thousand.
    """

    def __init__(self, values: Floats, cluster_of: Ints, num_clusters: int, level: float) -> None:
        """Take the value of each cell, NaN where there is none, and the cluster of each."""
        known = ~np.isnan(values)
        order = np.argsort(values[known], kind="stable")
        self._values, owners = values[known][order], cluster_of[known][order]
        self._level, count = level, len(order)
        largest = np.bincount(owners).max() if count else 1
        reach = math.ceil(_WINDOW_ERRORS * math.sqrt(count * level * (1 - level) * largest)) + 2
        self._start = max(0, math.floor(count * level) - reach)
        near = owners[self._start : min(count, math.ceil(count * level) + reach)]
        # A block costs the product a multiplication for each cluster, a value in it a look-up: about 64 of those.
        num_blocks = max(1, round(math.sqrt(len(near) / (1 + num_clusters / _AS_DEAR))))
        size = -(-len(near) // num_blocks)
        self._blocks = np.resize(near, (num_blocks, size)) if len(near) else np.zeros((1, 0), owners.dtype)
        # Column by column: what lies below the first block, the second, ... and all there is.
        ends = [self._start + at * size for at in range(len(self._blocks))]
        below = [np.bincount(owners[:end], minlength=num_clusters) for end in (*ends, count)]
        self.below = np.column_stack(below).astype(np.float64)

    def of(self, weights: Floats, totals: Floats | None = None) -> Floats:
        """Return the quantile for each draw, from the weights (draws, clusters) and their product with `below`."""
        totals = weights @ self.below if totals is None else totals
        wanted = self._level * totals[:, -1:] - _ROUNDING
        block = np.count_nonzero(totals[:, 1:-1] < wanted, axis=1)
        running = np.take_along_axis(weights, self._blocks[block], axis=1).cumsum(axis=1)
        running += np.take_along_axis(totals, block[:, None], axis=1)
        at = self._start + block * self._blocks.shape[1] + np.count_nonzero(running < wanted, axis=1)
        found: Floats = self._values[np.minimum(at, len(self._values) - 1)]
        return found


class Quantiles:
    """Finds those of several arms for the same draws, in one matrix product: each by itself read all weights again."""

    def __init__(self, quantiles: Sequence[Quantile]) -> None:
        self._quantiles = quantiles
        self._below = np.column_stack([one.below for one in quantiles])
        self._ends = np.cumsum([0, *(one.below.shape[1] for one in quantiles)])

    def of(self, weights: Floats) -> list[Floats]:
        """Return the quantiles for each draw, from the weights (draws, clusters)."""
        totals = weights @ self._below
        ends = pairwise(self._ends.tolist())
        return [one.of(weights, totals[:, low:high]) for one, (low, high) in zip(self._quantiles, ends, strict=True)]


def percentile_interval(drawn: Floats, confidence: float) -> Interval:
    """Return the middle of the drawn differences; BCa fails at quantiles, whose jackknife is not smooth.

    Over few rows ask it for a `widened` confidence, as of a mean.
    """
    low, high = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def bootstrap_p_value(drawn: Floats, least: float) -> float:
    """Return the two-sided p that the drawn differences lie on one side of nought, `least` where that is more.

    What differs alike in all rows differs so in all draws, however few rows there are.
    """
    below, above = np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0)
    return min(1.0, max(2 * (1 + min(below, above)) / (1 + len(drawn)), least))
