"""Whether variants are good enough to go on: nothing worse than the baseline, every target met."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from backend.experiments.types import COST, LATENCY, Comparison, MetricComparison


def is_asked(metric: str, evaluators: Collection[str]) -> bool:
    """Tell whether a metric refuses anything: time and money differ by the hour, so only where an evaluator asks."""
    return metric not in (LATENCY, COST) or metric in evaluators


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
