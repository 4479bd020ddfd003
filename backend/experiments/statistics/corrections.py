"""Corrections for asking many questions of the same rows."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p adjusted so that one false verdict among all is as rare as promised (Holm 1979), in the same order."""
    adjusted, worst = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        worst = max(worst, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = worst
    return adjusted


def holm_parts(p_values: Sequence[float], alpha: float) -> list[int]:
    """Return by how much each question's share of `alpha` was divided where Holm decided it, in the same order.

    The smallest p is held against alpha / n, the next against alpha / (n - 1), and all behind the first that fails
    against what that one was. An interval of confidence 1 - alpha / parts leaves out nought where its test rejects.
    """
    count = len(p_values)
    parts, left = [count] * count, count
    has_failed = False
    for index in sorted(range(count), key=p_values.__getitem__):
        parts[index] = left
        has_failed = has_failed or p_values[index] * left > alpha
        left -= 0 if has_failed else 1
    return parts


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p adjusted so that the share of false finds stays as promised (Benjamini and Hochberg 1995)."""
    adjusted, best = [1.0] * len(p_values), 1.0
    count = len(p_values)
    for rank, index in enumerate(sorted(range(count), key=p_values.__getitem__, reverse=True)):
        best = min(best, p_values[index] * count / (count - rank))
        adjusted[index] = best
    return adjusted
