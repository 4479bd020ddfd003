"""How many rows a question needs, and what difference so many rows can show."""

from __future__ import annotations

import math

from backend.experiments.statistics.distributions import normal_quantile

POWER = 0.8
# The exact paired tests give a p of 2 / 2^n where all of n rows differ to one side: six are the first below 5 %.
FEWEST_ROWS = 6
FEWEST_EQUAL = 2  # of one row alone nothing is told


def rows_for_quantile(level: float, alpha: float = 0.05) -> int:
    """Return the fewest rows of which one lies beyond the quantile as surely as an interval of 1 - alpha says.

    All of n lie below it with level^n (the order statistics of a binomial); then nothing seen bounds it. At 5 % a
    median needs 6 rows and a p95 72.
    """
    return math.ceil(math.log(alpha / 2) / math.log(level))


def detectable_difference(deviation: float, num_rows: int, alpha: float = 0.05) -> float:
    """Return the smallest true difference that is found four times out of five, in the unit of the deviation.

    The deviation is that of one row's difference; for shares without earlier runs, sqrt(0.3) supposes that three
    rows in ten flip.
    """
    return _quantiles(alpha / 2, 1 - POWER) * deviation / math.sqrt(num_rows) if num_rows else math.inf


def rows_for_difference(deviation: float, difference: float, alpha: float = 0.05) -> float:
    """Return how many rows show a true difference of this size four times out of five."""
    if difference == 0:
        return math.inf
    return (_quantiles(alpha / 2, 1 - POWER) * deviation / difference) ** 2


def rows_for_sameness(deviation: float, difference: float, margin: float, alpha: float = 0.05) -> float:
    """Return how many rows show that a difference of this size is inside the margin."""
    room = margin - abs(difference)
    if room <= 0:
        return math.inf
    return (_quantiles(alpha, (1 - POWER) / 2) * deviation / room) ** 2


def rows_for_equals(span: float, margin: float, alpha: float = 0.05) -> float:
    """Return how many rows without any difference leave no room for one beyond the margin in those yet unseen.

    `span` is how far apart two scores are at most.
    """
    return math.log(alpha) / math.log1p(-margin / span) if span > margin else FEWEST_EQUAL


def _quantiles(alpha: float, beta: float) -> float:
    return normal_quantile(1 - alpha) + normal_quantile(1 - beta)
