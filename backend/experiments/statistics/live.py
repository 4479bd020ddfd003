"""Statistics of traffic that is still coming in: intervals that hold whenever one looks, and the check of the split."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend.experiments.statistics.distributions import chi_square_survival
from backend.experiments.statistics.proportions import Interval

# A split that is off by chance this rarely is a broken split; the field's usual bound.
SPLIT_ALARM = 0.001


def split_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the p of Pearson's test that the counts follow the shares (each above nought); few counts say 1."""
    total, of_all = sum(counts), sum(shares)
    if total == 0 or len(counts) <= 1:
        return 1.0
    expected = [total * share / of_all for share in shares]
    statistic = sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))
    return chi_square_survival(statistic, len(counts) - 1)


def uneven_p_value(counts: Sequence[int], totals: Sequence[int]) -> float:
    """Return the p of Pearson's test that the same share of each total was counted; all of them or none say 1."""
    counted, total = sum(counts), sum(totals)
    if counted in (0, total) or len(counts) <= 1 or 0 in totals:
        return 1.0
    share = counted / total
    apart = ((count - share * of) ** 2 / (of * share * (1 - share)) for count, of in zip(counts, totals, strict=True))
    return chi_square_survival(math.fsum(apart), len(counts) - 1)


def confidence_beside(num_variants: int, alpha: float = 0.05) -> float:
    """Return the confidence at which each of several variants is held against one baseline (Bonferroni)."""
    return 1 - alpha / max(1, num_variants)


def variance_of_mean(sums: Sequence[float], counts: Sequence[int]) -> float:
    """Return the variance of the mean of rows that come from a few sources: what each adds up to, and of how many.

    With one row in each it is the plain s^2 / n; a single source tells nothing of it.
    """
    total, num_sources = sum(counts), len(sums)
    if num_sources <= 1:
        return math.inf
    mean = math.fsum(sums) / total
    apart = math.fsum((one - mean * count) ** 2 for one, count in zip(sums, counts, strict=True))
    return apart / total**2 * num_sources / (num_sources - 1)


def always_valid_p(difference: float, variance: float, scale: float) -> float:
    """Return the p that is at most alpha where the interval of confidence 1 - alpha leaves out nought."""
    if not 0 < variance < math.inf:
        return 1.0
    prior = scale * scale
    evidence = 0.5 * math.log(variance / (variance + prior))
    evidence += difference**2 * prior / (2 * variance * (variance + prior))
    return min(1.0, math.exp(-evidence))


def always_valid_interval(difference: float, variance: float, scale: float, confidence: float = 0.95) -> Interval:
    """Return an interval of a difference that may be looked at after every conversation.

    The mixture sequential test of Robbins, as Johari et al. 2017 use it: `variance` is that of the difference of
    the means now, `scale` the size of the differences that are expected (the margin is a good choice).
    """
    if not 0 < variance < math.inf:
        return Interval(-math.inf, math.inf)
    prior = scale * scale
    if not 0 < prior < math.inf:  # a scale so small, or so large, that its square is no number
        return Interval(-math.inf, math.inf)
    told = math.log(variance + prior) - math.log(variance) + 2 * math.log(1 / (1 - confidence))
    bound = (variance + prior) / prior * told
    half = math.sqrt(variance * bound)
    return Interval(difference - half, difference + half)
