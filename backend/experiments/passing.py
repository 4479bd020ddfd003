"""Whether variants are good enough to go on: nothing worse than the baseline, every target met."""

from __future__ import annotations

from collections.abc import Sequence

from backend.experiments.types import Comparison, MetricComparison


def shortcomings(comparison: Comparison, variants: Sequence[str] = ()) -> list[str]:
    """Say in a sentence each what is not good enough; nothing where all is. Empty `variants` means every one.

    A metric that cannot be told is no shortcoming: nothing shows that it got worse.
    """
    said = []
    for one in comparison.metrics:
        if variants and one.variant not in variants:
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
