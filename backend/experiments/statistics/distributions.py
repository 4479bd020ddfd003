"""Quantiles and tails of the distributions that the tests need, without a scientific library at start.

SciPy would cost half a second and 60 MB of every start for three functions; the tests hold these to SciPy's values.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_PRECISION = 1e-15


def normal_quantile(probability: float) -> float:
    """Return z with P(Z <= z) = probability, which lies between 0 and 1, both excluded."""
    return _NORMAL.inv_cdf(probability)


def normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def student_t_quantile(probability: float, degrees: int) -> float:
    """Return t with P(T <= t) = probability (0.5 or more) for Student's t, by bisection to the last bits."""
    low, high = 0.0, 1.0
    while student_t_cdf(high, degrees) < probability:
        low, high = high, high * 2
    while high - low > _PRECISION * max(1.0, high):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if student_t_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def student_t_cdf(t: float, degrees: int) -> float:
    """Return P(T <= t) for t of 0 or more."""
    return 1 - 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def chi_square_survival(statistic: float, degrees: int) -> float:
    """Return P(X > statistic) for a chi-square with so many degrees of freedom."""
    if statistic <= 0:
        return 1.0
    shape, x = degrees / 2, statistic / 2
    if x < shape + 1:
        return 1 - _gamma_series(shape, x)
    return _gamma_fraction(shape, x)


def _gamma_series(shape: float, x: float) -> float:
    """Return the lower regularised gamma function by its power series (good for x < shape + 1)."""
    term = total = 1 / shape
    divisor = shape
    while term > total * _PRECISION:
        divisor += 1
        term *= x / divisor
        total += term
    return total * math.exp(-x + shape * math.log(x) - math.lgamma(shape))


def _gamma_fraction(shape: float, x: float) -> float:
    """Return the upper regularised gamma function by Lentz's continued fraction."""
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    value = d
    for step in range(1, 1000):
        a = -step * (step - shape)
        b += 2
        d = 1 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        value *= d * c
        if abs(d * c - 1) < _PRECISION:
            break
    return value * math.exp(-x + shape * math.log(x) - math.lgamma(shape))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function."""
    if x in (0.0, 1.0):
        return x
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Return Lentz's continued fraction of the incomplete beta function."""
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or _TINY)
    value = d
    for step in range(1, 1000):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        d, c = 1 / ((1 + even * d) or _TINY), (1 + even / c) or _TINY
        value *= d * c
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        d, c = 1 / ((1 + odd * d) or _TINY), (1 + odd / c) or _TINY
        value *= d * c
        if abs(d * c - 1) < _PRECISION:
            break
    return value
