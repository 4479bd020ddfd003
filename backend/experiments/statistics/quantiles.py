"""Paired differences of a quantile, such as the p95 of latency."""

from __future__ import annotations

import math

import numpy as np

from backend.experiments.statistics.proportions import Interval
from backend.experiments.statistics.resampling import Floats, Ints

# A drawn quantile further from the middle than this many standard errors is rarer than one in 10^14.
_WINDOW_ERRORS = 8
_ROUNDING = 1e-9


class Quantile:
    """Finds the quantile of one arm for each draw: the smallest value with the level at or below it.

    Only the values near the quantile are walked along; all below them enter as one count for each cluster, so that
    10,000 rows cost a draw a few hundred additions.
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
        end = min(count, math.ceil(count * level) + reach)
        self._window = owners[self._start : end]
        self._below = np.bincount(owners[: self._start], minlength=num_clusters).astype(np.float64)
        self._all = np.bincount(owners, minlength=num_clusters).astype(np.float64)

    def of(self, weights: Floats) -> Floats:
        """Return the quantile for each draw, from the weights (draws, clusters)."""
        wanted = self._level * (weights @ self._all) - _ROUNDING
        running = (weights @ self._below)[:, None] + np.cumsum(weights[:, self._window], axis=1)
        at = self._start + np.count_nonzero(running < wanted[:, None], axis=1)
        found: Floats = self._values[np.minimum(at, len(self._values) - 1)]
        return found


def percentile_interval(drawn: Floats, confidence: float) -> Interval:
    """Return the middle of the drawn differences; BCa fails at quantiles, whose jackknife is not smooth.

    Over few rows ask it for a `widened` confidence, as of a mean: over 20 and 30 rows with the same p95, 7 % were told
    apart without, 5 % with. What no width mends: no draw has a value above the largest seen, so that over 20 rows the
    interval of 95 % holds a true difference of p95s about nine times out of ten.
    """
    low, high = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(low), float(high))


def bootstrap_p_value(drawn: Floats, num_clusters: int) -> float:
    """Return the two-sided p that the drawn differences lie on one side of nought.

    No surer than so many coins that all fall to one side: what differs alike in all rows differs so in all draws.
    """
    below, above = np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0)
    return min(1.0, max(2 * (1 + min(below, above)) / (1 + len(drawn)), 2.0 ** (1 - num_clusters)))
