"""Values of metrics in their units."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backend.experiments.types import MetricComparison
from backend.written import figure
from console.state import formats

LEAST_DOLLARS, THOUSAND = 0.001, 1_000


def written(value: float, unit: str, *, percent: bool) -> str:
    """Return a value in its unit: milliseconds as time, dollars as money, what has no unit in percent if wanted."""
    if not math.isfinite(value):
        return "-"
    if unit == "ms":
        return formats.span(value)
    if unit == "$":
        return formats.price(Decimal(str(value))) if value >= 0 else f"\u2212{written(-value, unit, percent=percent)}"
    if not unit and percent:
        return f"{100 * value:.1f} %"
    return f"{figure(value, 4)}{f' {unit}' if unit else ''}"


def is_share(values: Iterable[float]) -> bool:
    """Say whether all that is known lies between nought and one."""
    return all(0 <= value <= 1 for value in values if math.isfinite(value))


def readable(one: MetricComparison) -> MetricComparison:
    """Count money for a thousand answers where that of one would vanish behind its fourth digit."""
    ends = (one.value, one.baseline_value, one.target or 0)
    if one.unit != "$" or not any(0 < abs(end) < LEAST_DOLLARS for end in ends):
        return one
    names = ("value", "baseline_value", "difference", "low", "high", "margin", "target", "threshold")
    given = {name: getattr(one, name) for name in names}
    many: dict[str, Any] = {name: value * THOUSAND for name, value in given.items() if value is not None}
    return replace(one, metric=f"{one.metric} per 1,000", **many)


def amount(one: MetricComparison, value: float) -> str:
    """Return a value in its unit: milliseconds as time, dollars as money, shares of 0 to 1 in percent."""
    return written(value, one.unit, percent=share_of(one))


def share_of(one: MetricComparison) -> bool:
    return all(0 <= value <= 1 for value in (one.value, one.baseline_value))


def signed(one: MetricComparison, value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    is_points = not one.unit and share_of(one)
    words, none = (f"{100 * size:.1f} pt" if is_points else amount(one, size) for size in (abs(value), 0.0))
    sign = "" if words == none else "+" if value > 0 else "\u2212"
    return f"{sign}{words}"


def target_words(one: MetricComparison) -> str:
    if one.target is None:
        return ""
    word = "Target" if math.isnan(one.value) else "Misses its target of" if one.is_missed else "Reaches its target of"
    return f"{word} {amount(one, one.target)}"


def target_x(one: MetricComparison, reach: float, x: Callable[[float], float]) -> str:
    """Return where a variant would just reach its target, told from the baseline's value as all that is drawn here."""
    away = math.inf if one.target is None else one.target - one.baseline_value
    return f"{x(away):.1f}" if abs(away) <= reach else ""
