"""What is typed into the form of an alert, in the units that people use, and what it begins with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from backend.alerts.types import Comparison, Measure, NewAlert
from backend.conversations.types import Filters
from backend.errors import InvalidInput

COUNTS = {Measure.CONVERSATIONS, Measure.FAILED, Measure.COST, Measure.TOKENS}
WINDOWS = (5, 15, 30, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60)
# Where each figure begins to want somebody in most houses; the picture beside the form says how it is in this one.
FIRST: dict[Measure, tuple[Comparison, float]] = {
    Measure.FAILED_SHARE: (Comparison.ABOVE, 0.1),
    Measure.FAILED: (Comparison.ABOVE, 5),
    Measure.LATENCY_P50: (Comparison.ABOVE, 5_000),
    Measure.LATENCY_P95: (Comparison.ABOVE, 10_000),
    Measure.LATENCY_P99: (Comparison.ABOVE, 20_000),
    Measure.COST: (Comparison.ABOVE, 5),
    Measure.TOKENS: (Comparison.ABOVE, 1_000_000),
    Measure.HELPFUL_SHARE: (Comparison.BELOW, 0.7),
    Measure.SATISFACTION: (Comparison.BELOW, 3.5),
    Measure.COMPLETED_SHARE: (Comparison.BELOW, 0.8),
    Measure.CONVERSATIONS: (Comparison.BELOW, 1),
}
FIRST_MEASURE = Measure.FAILED_SHARE
# What stands in the form whatever is watched; the rest begins anew with another figure.
OF_ANY_MEASURE = ("name", "emails", "webhook_url", "window_minutes", "is_on", "private")
SHARE, MILLISECONDS = ("%", 100.0), ("s", 0.001)


def unit_of(measure: Measure) -> tuple[str, float]:
    """Return the unit that a threshold is typed in, and how many of it one of the rule's is."""
    if measure.value.endswith("_share"):
        return SHARE
    if measure.value.startswith("latency"):
        return MILLISECONDS
    return ("$" if measure is Measure.COST else "of 5" if measure is Measure.SATISFACTION else "", 1.0)


def first_entries(measure: Measure, **others: str) -> dict[str, str]:
    """Return what the form of a new rule on this figure begins with."""
    comparison, threshold = FIRST[measure]
    least = 0 if measure in COUNTS else 20
    return entries_of(NewAlert("", measure, comparison, threshold, min_count=least)) | others


def entries_of(rule: NewAlert) -> dict[str, str]:
    """Return a rule as it is typed."""
    _, each = unit_of(rule.measure)
    return {
        "name": rule.name,
        "measure": rule.measure.value,
        "comparison": rule.comparison.value,
        "threshold": f"{rule.threshold * each:.10g}",
        "window_minutes": str(rule.window_minutes),
        "min_count": str(rule.min_count),
        "looks": str(rule.looks),
        "margin": f"{100 * rule.margin:.10g}",
        "quiet_minutes": str(rule.quiet_minutes),
        "emails": ", ".join(rule.emails),
        "webhook_url": rule.webhook_url,
        "is_on": "on" if rule.is_on else "",
        "private": "on" if rule.allow_private_address else "",
    }


def rule_from(entries: Mapping[str, Any], filters: Filters) -> NewAlert:
    """Return the rule that was typed. Raise InvalidInput with a sentence for each field that is no number."""
    wrong: dict[str, str] = {}

    def number(name: str) -> float:
        try:
            found = float(str(entries.get(name, "")).strip().replace(",", "."))
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            wrong[name] = "This is a number."
            return 0.0
        return found

    measure = _one_of(Measure, entries.get("measure"), FIRST_MEASURE)
    made = NewAlert(
        name=str(entries.get("name", "")),
        measure=measure,
        comparison=_one_of(Comparison, entries.get("comparison"), FIRST[measure][0]),
        threshold=number("threshold") / unit_of(measure)[1],
        window_minutes=int(number("window_minutes")),
        min_count=int(number("min_count")),
        looks=int(number("looks")),
        margin=number("margin") / 100,
        quiet_minutes=int(number("quiet_minutes")),
        filters=filters,
        emails=tuple(one.strip() for one in str(entries.get("emails", "")).split(",") if one.strip()),
        webhook_url=str(entries.get("webhook_url", "")),
        is_on=bool(entries.get("is_on")),
        allow_private_address=bool(entries.get("private")),
    )
    if wrong:
        raise InvalidInput("The alert was not kept.", fields=wrong)
    return made


def _one_of(kind: Any, value: object, otherwise: Any) -> Any:
    return kind(value) if value in set(kind) else otherwise
