"""Shares of rows that pass: intervals of one share and of a paired difference, and the exact paired test."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.experiments.statistics.distributions import normal_quantile


@dataclass(frozen=True)
class Interval:
    """Holds both ends, each included."""

    low: float
    high: float

    def inside(self, margin: float) -> bool:
        """Say whether every value is within the margin on both sides of nought."""
        return -margin <= self.low and self.high <= margin


@dataclass(frozen=True)
class Pairs:
    """Counts rows by who passed: both, the baseline alone, the variant alone, neither."""

    both: int
    baseline_only: int
    variant_only: int
    neither: int

    @property
    def num_rows(self) -> int:
        return self.both + self.baseline_only + self.variant_only + self.neither


def wilson(successes: float, num_rows: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of a share (Wilson 1927); it holds at 0 % and 100 %, where others collapse."""
    if num_rows == 0:
        return Interval(0.0, 1.0)
    z = normal_quantile(0.5 + confidence / 2)
    share = successes / num_rows
    centre = share + z * z / (2 * num_rows)
    half = z * math.sqrt(share * (1 - share) / num_rows + z * z / (4 * num_rows * num_rows))
    scale = 1 + z * z / num_rows
    return Interval(max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def mcnemar_exact(pairs: Pairs) -> float:
    """Return the exact two-sided p of McNemar's test: a fair coin over the rows where just one passed."""
    fewer = min(pairs.baseline_only, pairs.variant_only)
    flipped = pairs.baseline_only + pairs.variant_only
    ways = term = 1
    for index in range(fewer):
        term = term * (flipped - index) // (index + 1)
        ways += term
    return min(1.0, ways / (1 << flipped) * 2)


def newcombe_paired(pairs: Pairs, confidence: float = 0.95) -> Interval:
    """Return the interval of variant minus baseline, by Wilson's ends and their correlation (Newcombe 1998, no. 10)."""
    rows = pairs.num_rows
    if rows == 0:
        return Interval(-1.0, 1.0)
    baseline, variant = pairs.both + pairs.baseline_only, pairs.both + pairs.variant_only
    old, new = wilson(baseline, rows, confidence), wilson(variant, rows, confidence)
    old_share, new_share = baseline / rows, variant / rows
    difference, correlation = new_share - old_share, _correlation(pairs)
    down, up = new_share - new.low, new.high - new_share
    old_up, old_down = old.high - old_share, old_share - old.low
    return Interval(
        max(-1.0, difference - math.sqrt(down**2 - 2 * correlation * down * old_up + old_up**2)),
        min(1.0, difference + math.sqrt(up**2 - 2 * correlation * up * old_down + old_down**2)),
    )


def _correlation(pairs: Pairs) -> float:
    """Return phi of the two-by-two table, drawn towards nought by half a row as Newcombe does."""
    baseline, variant = pairs.both + pairs.baseline_only, pairs.both + pairs.variant_only
    product = baseline * (pairs.num_rows - baseline) * variant * (pairs.num_rows - variant)
    if product == 0:
        return 0.0
    cross = pairs.both * pairs.neither - pairs.baseline_only * pairs.variant_only
    if cross > 0:
        return max(cross - pairs.num_rows / 2, 0.0) / math.sqrt(product)
    return cross / math.sqrt(product)
