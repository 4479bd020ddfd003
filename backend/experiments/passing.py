"""Whether variants are good enough to go on: nothing worse than the baseline, every target met, no judge silent."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from backend.experiments.types import COST, LATENCY, Comparison, MetricComparison

ASK_AGAIN = "Retry the experiment, which asks for the missing scores alone."


def is_asked(metric: str, evaluators: Collection[str]) -> bool:
    """Tell whether a metric refuses anything: time and money differ by the hour, so only where an evaluator asks."""
    return metric not in (LATENCY, COST) or metric in evaluators


def unjudged(comparison: Comparison) -> dict[str, str]:
    """Say by evaluator, of those that ask a model or run code, on how many answers it gave no verdict, and why.

    Such an answer is neither good nor bad: it makes nothing worse, and nothing passes on it.
    """
    said = {}
    for metric in dict.fromkeys(one.metric for one in comparison.unscored if one.asks):
        lost = {one.variant: one for one in comparison.unscored if one.metric == metric}.values()
        failed, of = sum(one.num_failed for one in lost), sum(one.num_answers for one in lost)
        said[metric] = f"{metric} gave no verdict on {failed:,} of {of:,} answers: {next(iter(lost)).error}"
    return said


def shortcomings(comparison: Comparison, evaluators: Collection[str], variants: Sequence[str] = ()) -> list[str]:
    """Say in a sentence each what is not good enough; nothing where all is. Empty `variants` means every one.

    `evaluators` are the names of those that the experiment asked. A metric that cannot be told is no shortcoming:
    nothing shows that it got worse.
    """
    said = []
    for one in comparison.metrics:
        if (variants and one.variant not in variants) or not is_asked(one.metric, evaluators):
            continue
        if one.verdict == "worse":
            said.append(f"{one.metric} of {one.variant} got worse, from {one.baseline_value:.4g} to {one.value:.4g}.")
        elif missed(one):
            said.append(f"{one.metric} of {one.variant} is {one.value:.4g}, its target {one.target:.4g}.")
    return said


def missed(one: MetricComparison) -> bool:
    """Say whether the metric has a target that it does not reach."""
    if one.target is None:
        return False
    return one.value < one.target if one.direction == "higher" else one.value > one.target
