"""Figures of a live test in words, for histories that people read."""

from __future__ import annotations

from backend.live_tests.types import LiveTest, Metric, Report, Standing

VERDICTS = {"better": "better", "worse": "worse", "same": "the same within the margin", "cannot_tell": "not decided"}
NAMES = {
    Metric.ANSWERED: "answered",
    Metric.SATISFIED: "satisfied",
    Metric.COST: "cost",
    Metric.LATENCY: "time a turn",
    Metric.JUDGED: "judged",
}


def called(test: LiveTest, metric: Metric) -> str:
    """Return what a metric is called, the judge's by its name."""
    return test.judge.name if test.judge and metric is Metric.JUDGED else NAMES[metric]


def told(test: LiveTest, metric: Metric, value: float | None) -> str:
    """Write a value of a metric with its unit."""
    if value is None:
        return "nothing yet"
    if test.is_share(metric):
        return f"{value:.1%}"
    if metric is Metric.JUDGED:
        return f"{value:.2f}"
    return f"${value:.4f}" if metric is Metric.COST else f"{value / 1000:.2f} s"


def evidence(report: Report, version: int) -> str:
    """Say in a line why a version is promoted."""
    num = sum(arm.num_conversations for arm in report.arms)
    said = [_line(report.test, one) for one in report.standings if one.version == version]
    judged = f", {sum(arm.num_judged for arm in report.arms)} judged" if report.test.judge else ""
    return f"Live test {report.test.id}, {num} conversations{judged}: {'; '.join(said)}"


def guardrail_words(test: LiveTest, one: Standing) -> str:
    now, before = told(test, one.metric, one.value), told(test, one.metric, one.baseline_value)
    return f"The guardrail stopped it: v{one.version} {called(test, one.metric)} {now} instead of {before}."


def _line(test: LiveTest, one: Standing) -> str:
    now, before = told(test, one.metric, one.value), told(test, one.metric, one.baseline_value)
    return f"{called(test, one.metric)} {VERDICTS[one.verdict]} ({now} after {before})"
