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


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p adjusted so that the share of false finds stays as promised (Benjamini and Hochberg 1995)."""
    adjusted, best = [1.0] * len(p_values), 1.0
    count = len(p_values)
    for rank, index in enumerate(sorted(range(count), key=p_values.__getitem__, reverse=True)):
        best = min(best, p_values[index] * count / (count - rank))
        adjusted[index] = best
    return adjusted
