"""What an alert says: the body of a webhook, and a letter."""

from __future__ import annotations

from typing import Any

from backend.alerts.types import Comparison, Event, Measure
from backend.ports.mail import Letter
from backend.written import figure

WORDS = {
    Measure.CONVERSATIONS: "Conversations",
    Measure.FAILED: "Failed conversations",
    Measure.FAILED_SHARE: "Failed",
    Measure.LATENCY_P50: "Latency p50",
    Measure.LATENCY_P95: "Latency p95",
    Measure.LATENCY_P99: "Latency p99",
    Measure.COST: "Cost",
    Measure.TOKENS: "Tokens",
    Measure.HELPFUL_SHARE: "Marked helpful",
    Measure.SATISFACTION: "Satisfaction",
    Measure.COMPLETED_SHARE: "Tasks done",
}
HEADS = {Event.FIRED: "Alert", Event.RESOLVED: "Resolved", Event.TEST: "Test of an alert"}
SECOND_MS = 1_000


def written(measure: Measure, value: float) -> str:
    """Return a value of a measure with its unit."""
    if measure.value.endswith("_share"):
        return f"{100 * value:.4g} %"
    if measure.value.startswith("latency"):
        return f"{value / SECOND_MS:.1f} s" if value >= SECOND_MS else f"{value:.0f} ms"
    if measure is Measure.COST:
        return f"${value:,.2f}" if value >= 1 or not value else f"${figure(value, 4)}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def sentence(content: dict[str, Any]) -> str:
    """Return what happened in a line."""
    measure = Measure(content["measure"])
    way = "above" if content["comparison"] == Comparison.ABOVE else "below"
    limit = written(measure, content["threshold"])
    if content["value"] is None:
        return f"{WORDS[measure]} of the last {content['window_minutes']} minutes is told when it is {way} {limit}."
    value = written(measure, content["value"])
    behind = f"{WORDS[measure]} {value} over the last {content['window_minutes']} minutes"
    told = "back on the good side of" if content["event"] == Event.RESOLVED else way
    return (
        f"{behind}, {told} {written(measure, content['threshold'])}; {content['num_behind']:,} conversations behind it."
    )


def letter(to: str, content: dict[str, Any]) -> Letter:
    head = f"{HEADS[Event(content['event'])]}: {content['name']}"
    where = f"\n\n{content['url']}" if content.get("url") else ""
    return Letter(to, head, f"{sentence(content)}\n\nSince {content['at']}.{where}\n")
