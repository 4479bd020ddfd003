"""Figures of a live test in words, for histories that people read."""

from __future__ import annotations

from backend.live_tests.types import Metric, Report, Standing

VERDICTS = {"better": "better", "worse": "worse", "same": "the same within the margin", "cannot_tell": "not decided"}
NAMES = {
    Metric.ANSWERED: "answered",
    Metric.SATISFIED: "satisfied",
    Metric.COST: "cost",
    Metric.LATENCY: "time a turn",
}


def told(metric: Metric, value: float | None) -> str:
    """Write a value of a metric with its unit."""
    if value is None:
        return "nothing yet"
    if metric.is_share:
        return f"{value:.1%}"
    return f"${value:.4f}" if metric is Metric.COST else f"{value / 1000:.2f} s"


def evidence(report: Report, version: int) -> str:
    """Say in a line why a version is promoted."""
    num = sum(arm.num_conversations for arm in report.arms)
    said = [_line(one) for one in report.standings if one.version == version]
    return f"Live test {report.test.id}, {num} conversations: {'; '.join(said)}"


def guardrail_words(one: Standing) -> str:
    now, before = told(one.metric, one.value), told(one.metric, one.baseline_value)
    return f"The guardrail stopped it: v{one.version} {NAMES[one.metric]} {now} instead of {before}."


def _line(one: Standing) -> str:
    now, before = told(one.metric, one.value), told(one.metric, one.baseline_value)
    return f"{NAMES[one.metric]} {VERDICTS[one.verdict]} ({now} after {before})"
