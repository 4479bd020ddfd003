"""Bootstrap and permutation over whole clusters (rows, or the conversations that rows come from).

The same draws serve every variant and metric: that keeps the pairing, and costs one matrix product in place of a loop.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from backend.experiments.statistics.distributions import normal_cdf, normal_quantile, student_t_quantile
from backend.experiments.statistics.proportions import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_DRAWS = 10_000
_BLOCK_CELLS = 4_000_000
# 2 to the power of this many sign patterns are counted one by one; more are drawn by chance.
_EXACT_CLUSTERS = 14
_ROUNDING = 1e-9


def num_draws(num_clusters: int) -> int:
    """Return how often to draw: 10,000 times, for large data less, since what a draw adds gets small there."""
    return int(min(MAX_DRAWS, max(2_000, 20_000_000 // max(1, num_clusters))))


def weights(rng: np.random.Generator, num_clusters: int, draws: int) -> Iterator[Floats]:
    """Yield blocks of draws with replacement: how often each cluster was drawn, (draws of the block, clusters)."""
    rows = max(1, _BLOCK_CELLS // num_clusters)
    for start in range(0, draws, rows):
        block = min(rows, draws - start)
        drawn = rng.integers(0, num_clusters, (block, num_clusters), dtype=np.int32)
        drawn += (np.arange(block, dtype=np.int32) * num_clusters)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * num_clusters)
        yield counts.reshape(block, num_clusters).astype(np.float64)


def weighted_means(weights_of_draws: Floats, sums: Floats, counts: Floats) -> Floats:
    """Return the mean of each column for each draw, NaN where a draw holds none.

    `sums` and `counts` are (clusters, columns): the sum of a cluster's differences and how many there are.
    """
    totals = weights_of_draws @ counts
    means: Floats = np.full(totals.shape, np.nan)
    np.divide(weights_of_draws @ sums, totals, out=means, where=totals > 0)
    return means


def sign_flip_p_values(rng: np.random.Generator, sums: Floats, draws: int) -> Floats:
    """Return the two-sided p of each column: how often chance alone, flipping who is who, differs as much.

    Exact where few clusters differ; else (1 + hits) / (1 + draws), which never says nought.
    """
    found = np.ones(sums.shape[1])
    many = []
    for column in range(sums.shape[1]):
        differing = sums[sums[:, column] != 0, column]
        if len(differing) > _EXACT_CLUSTERS:
            many.append(column)
        elif len(differing):
            found[column] = _exact_sign_flip(differing)
    if many:
        found[many] = _drawn_sign_flips(rng, sums[:, many], draws)
    return found


def bca(drawn: Floats, estimate: float, left_out: Floats, confidence: float) -> Interval:
    """Return the bias-corrected and accelerated interval (Efron 1987) of one column.

    `left_out` are the estimates without each cluster in turn.
    """
    drawn = drawn[~np.isnan(drawn)]
    below = (np.count_nonzero(drawn < estimate) + np.count_nonzero(drawn <= estimate)) / (2 * len(drawn))
    if below in (0.0, 1.0) or drawn.min() == drawn.max():
        return Interval(float(drawn.min()), float(drawn.max()))
    bias = normal_quantile(below)
    away = left_out.mean() - left_out
    spread = float((away**2).sum())
    acceleration = float((away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = [_moved(bias, acceleration, normal_quantile(0.5 + side * confidence / 2)) for side in (-1, 1)]
    low, high = np.quantile(drawn, ends)
    return Interval(float(low), float(high))


def student(estimate: float, left_out: Floats, confidence: float) -> Interval:
    """Return Student's interval around an estimate, with its deviation from the jackknife."""
    count = len(left_out)
    deviation = math.sqrt((count - 1) / count * float(((left_out - left_out.mean()) ** 2).sum()))
    half = student_t_quantile(0.5 + confidence / 2, count - 1) * deviation
    return Interval(estimate - half, estimate + half)


def widened(confidence: float, num_clusters: int) -> float:
    """Return the confidence to ask of a bootstrap of few clusters, whose intervals are too narrow otherwise.

    Student's t in place of the normal, and n - 1 in place of n (Hesterberg 2015, "expanded percentile interval").
    """
    if num_clusters <= 1:
        return confidence
    t = student_t_quantile(0.5 + confidence / 2, num_clusters - 1)
    return min(0.9999, 2 * normal_cdf(t * math.sqrt(num_clusters / (num_clusters - 1))) - 1)


def _moved(bias: float, acceleration: float, z: float) -> float:
    return normal_cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))


def _exact_sign_flip(differing: Floats) -> float:
    patterns = np.arange(1 << len(differing), dtype=np.int64)
    signs = ((patterns[:, None] >> np.arange(len(differing))) & 1) * 2 - 1
    totals = np.abs(signs @ differing)
    return float(np.mean(totals >= abs(differing.sum()) * (1 - _ROUNDING)))


def _drawn_sign_flips(rng: np.random.Generator, sums: Floats, draws: int) -> Floats:
    observed = np.abs(sums.sum(axis=0)) * (1 - _ROUNDING)
    hits = np.zeros(sums.shape[1])
    rows = max(1, _BLOCK_CELLS // len(sums))
    for start in range(0, draws, rows):
        block = min(rows, draws - start)
        bits = np.unpackbits(rng.integers(0, 256, (block, -(-len(sums) // 8)), dtype=np.uint8), axis=1)
        signs = bits[:, : len(sums)].astype(np.float64)
        hits += np.count_nonzero(np.abs(2 * (signs @ sums) - sums.sum(axis=0)) >= observed, axis=0)
    return (1 + hits) / (1 + draws)
