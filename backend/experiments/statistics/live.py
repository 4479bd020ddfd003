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


def always_valid_interval(difference: float, variance: float, scale: float, confidence: float = 0.95) -> Interval:
    """Return an interval of a difference that may be looked at after every conversation.

    The mixture sequential test of Robbins, as Johari et al. 2017 use it: `variance` is that of the difference of
    the means now, `scale` the size of the differences that are expected (the margin is a good choice).
    """
    if variance <= 0:
        return Interval(-math.inf, math.inf)
    prior = scale * scale
    bound = (variance + prior) / prior * (math.log((variance + prior) / variance) + 2 * math.log(1 / (1 - confidence)))
    half = math.sqrt(variance * bound)
    return Interval(difference - half, difference + half)
