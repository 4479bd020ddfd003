"""From outcomes to verdicts that may be looked at after every conversation."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.experiments.statistics.live import SPLIT_ALARM, always_valid_interval, split_p_value, uneven_p_value
from backend.live_tests.types import (
    MIN_CONVERSATIONS,
    Arm,
    ArmReport,
    LiveTest,
    Metric,
    Outcome,
    Reason,
    Report,
    Standing,
    Verdict,
)

ALPHA = 0.05
# A margin that is a smaller part of the noise has a square that is no number, or says nothing.
NOUGHT = 1e-6


@dataclass(frozen=True, slots=True)
class Sample:
    """One arm in one metric: how many conversations tell it, their mean, and the variance of that mean."""

    size: int
    mean: float
    variance: float


def report_of(test: LiveTest, outcomes: Sequence[Outcome]) -> Report:
    """Compare every version with the baseline: the metric of the test, and the guardrail where it is another."""
    of_arm = {arm.version: [one for one in outcomes if one.version == arm.version] for arm in test.arms}
    arms = tuple(_arm_report(test, arm, of_arm[arm.version]) for arm in test.arms)
    standings = [
        standing(test, metric, arm.version, of_arm[test.baseline], of_arm[arm.version])
        for metric in test.metrics
        for arm in test.arms
        if arm.version != test.baseline
    ]
    is_chosen = is_judged_unevenly(arms)
    standings = [_undecided(one) if is_chosen and one.metric is Metric.JUDGED else one for one in standings]
    p = split_p_value([one.num_conversations for one in arms], [arm.weight for arm in test.arms])
    return Report(test, arms, tuple(standings), p, p < SPLIT_ALARM)


def is_judged_unevenly(arms: Sequence[ArmReport]) -> bool:
    """Tell whether clearly more of one version was judged than of another: then somebody chose what is judged."""
    judged, all_of = [one.num_judged for one in arms], [one.num_conversations for one in arms]
    return uneven_p_value(judged, all_of) < SPLIT_ALARM


def _undecided(one: Standing) -> Standing:
    reason: Reason = "untold" if one.reason == "untold" else "judged_unevenly"
    return replace(one, verdict="cannot_tell", more_needed=None, reason=reason)


def standing(
    test: LiveTest, metric: Metric, version: int, baseline: Sequence[Outcome], own: Sequence[Outcome]
) -> Standing:
    """Return how a version stands. All versions together err in one test of twenty at the most."""
    is_share = test.is_share(metric)
    before, now = sample(metric, baseline, is_share=is_share), sample(metric, own, is_share=is_share)
    if before is None or now is None:
        return Standing(metric, version, _mean(now), _mean(before), None, None, None, "cannot_tell", reason="untold")
    difference = now.mean - before.mean
    if min(before.size, now.size) < MIN_CONVERSATIONS:
        more = 2 * MIN_CONVERSATIONS - min(before.size, MIN_CONVERSATIONS) - min(now.size, MIN_CONVERSATIONS)
        means = now.mean, before.mean, difference
        return Standing(metric, version, *means, None, None, "cannot_tell", more, "too_few")
    margin = _margin(test, metric, before.mean)
    variance = before.variance + now.variance
    low = high = difference
    if variance > 0:
        confidence = 1 - ALPHA / max(1, len(test.arms) - 1)
        interval = always_valid_interval(difference, variance, _expected(margin, variance), confidence)
        low, high = interval.low, interval.high
    verdict = _verdict(low, high, margin, more_is_better=test.more_is_better(metric))
    needed = None
    if verdict == "cannot_tell":
        # The half width shrinks with the root of the number; what it must shrink to is the larger of the two.
        aim = max(abs(difference), margin, 1e-12)
        needed = max(1, math.ceil((before.size + now.size) * (((high - low) / 2 / aim) ** 2 - 1)))
    if is_share:  # no share moves by more than all of it
        low, high = max(low, -1.0), min(high, 1.0)
    reason: Reason = "not_clear" if verdict == "cannot_tell" else ""
    return Standing(metric, version, now.mean, before.mean, difference, low, high, verdict, needed, reason)


def sample(metric: Metric, outcomes: Sequence[Outcome], *, is_share: bool) -> Sample | None:
    """Return what an arm tells of a metric, None where nothing."""
    values = [value for one in outcomes if (value := _value(metric, one)) is not None]
    if not values:
        return None
    mean, size = math.fsum(values) / len(values), len(values)
    if is_share:
        # Two more, one of each: a share of nought or one would else be certain.
        near = (math.fsum(values) + 1) / (size + 2)
        return Sample(size, mean, near * (1 - near) / size)
    return Sample(size, mean, statistics.variance(values, mean) / size if size > 1 else 0.0)


def _value(metric: Metric, one: Outcome) -> float | None:
    match metric:
        case Metric.ANSWERED:
            return float(one.is_answered)
        case Metric.SATISFIED:
            return None if one.is_liked is None else float(one.is_liked)
        case Metric.COST:
            return one.cost
        case Metric.LATENCY:
            return one.latency_ms if one.is_answered else None
        case Metric.JUDGED:
            return one.judged


def _verdict(low: float, high: float, margin: float, *, more_is_better: bool) -> Verdict:
    if -margin <= low and high <= margin:
        return "same"
    if low > 0:
        return "better" if more_is_better else "worse"
    if high < 0:
        return "worse" if more_is_better else "better"
    return "cannot_tell"


def _margin(test: LiveTest, metric: Metric, baseline: float) -> float:
    margin = test.margin if metric is test.metric else metric.margin
    if test.is_share(metric):
        return margin
    return margin * (test.judge.width if test.judge and metric is Metric.JUDGED else abs(baseline))


def _expected(margin: float, variance: float) -> float:
    """Return the size of the difference that is looked for: the margin, unless it is nought beside the noise."""
    noise = math.sqrt(variance)
    return margin if margin > noise * NOUGHT else noise


def _mean(one: Sample | None) -> float | None:
    return None if one is None else one.mean


def _arm_report(test: LiveTest, arm: Arm, outcomes: Sequence[Outcome]) -> ArmReport:
    told = [metric for metric in Metric if metric is not Metric.JUDGED or test.judge]
    values = {metric: _mean(sample(metric, outcomes, is_share=test.is_share(metric))) for metric in told}
    return ArmReport(arm, len(outcomes), values, sum(one.judged is not None for one in outcomes))
