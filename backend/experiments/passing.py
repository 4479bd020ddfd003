"""Whether variants are good enough to go on: nothing worse than the baseline, every target met, no judge silent."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.types import UNASKED, WAITING, Comparison, MetricComparison
from backend.written import figure

ASK_AGAIN = "Retry the experiment, which asks for the missing scores alone."


def is_asked(metric: str, evaluators: Collection[str]) -> bool:
    """Tell whether a metric refuses anything: time and money differ by the hour, so only where an evaluator asks."""
    return metric not in UNASKED or metric in evaluators


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


def unscored(
    comparison: Comparison, evaluators: Sequence[Evaluator], scores: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Say by evaluator which has not said what it thinks of these answers: nothing would show a fall.

    Beside those that ask, people who have not looked yet, and what fits no row of the dataset.
    """
    said = unjudged(comparison)
    for one in evaluators:
        left = sum(_is_left(found.get(one.called)) for found in scores)
        if left and one.needs_person:
            said.setdefault(one.called, f"{left:,} answers wait for a person's score of {one.called}.")
        elif left == len(scores):
            said.setdefault(one.called, f"{one.called} could score no answer.")
    return said


def _is_left(score: Mapping[str, Any] | None) -> bool:
    return score is None or (score["value"] is None and ("error" in score or score.get("label") == WAITING))


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
            old, new = (_amount(one, value) for value in (one.baseline_value, one.value))
            said.append(f"{one.metric} of {one.variant} got worse, from {old} to {new}.")
        elif one.is_missed:
            said.append(short_of(one))
    return said + _short_alone(comparison, evaluators, variants)


def _short_alone(comparison: Comparison, evaluators: Collection[str], variants: Sequence[str]) -> list[str]:
    """Say which targets are missed where no row has the metric on both sides: the baseline lacks the node, say."""
    unpaired = {(one.metric, one.variant): one for one in comparison.metrics if math.isnan(one.value)}
    said = []
    for aim in comparison.aims:
        for variant in aim.missed:
            one = unpaired.get((aim.metric, variant))
            if one and (not variants or variant in variants) and is_asked(aim.metric, evaluators):
                value = aim.values[variant]
                said.append(short_of(replace(one, value=value, baseline_value=value)))
    return said


def short_of(one: MetricComparison) -> str:
    """Say by how much a target is missed; empty where there is none, or it is reached."""
    if one.target is None or not one.is_missed:
        return ""
    value, target = (_amount(one, value) for value in (one.value, one.target))
    return f"{one.metric} of {one.variant} is {value}, its target {target}."


def room_for(comparison: Comparison, evaluators: Collection[str], variant: str) -> str:
    """Say by how much each metric may be worse although nothing shows it; empty where none may that matters."""
    said = []
    for one in comparison.metrics:
        if one.variant != variant or not is_asked(one.metric, evaluators) or one.verdict in ("better", "same"):
            continue
        most = -one.low if one.direction == "higher" else one.high
        if most > 0:
            said.append(f"{one.metric} by {_distance(one, most)}")
    return f"It may still be worse without these rows showing it: {', '.join(said)}." if said else ""


def _distance(one: MetricComparison, most: float) -> str:
    """Return how far worse a metric may be, of a share in points."""
    if not math.isfinite(most):
        return "any amount"
    if one.unit or not _is_share(one):
        return f"up to {_amount(one, most)}"
    return f"up to {100 * most:.1f} points"


def _is_share(one: MetricComparison) -> bool:
    return 0 <= one.value <= 1 and 0 <= one.baseline_value <= 1


def _amount(one: MetricComparison, value: float) -> str:
    """Return a value in its unit, shares of 0 to 1 in percent as the page of the experiment has them."""
    if one.unit:
        return f"${figure(value, 4)}" if one.unit == "$" else f"{figure(value, 4)} {one.unit}"
    return f"{100 * value:.1f} %" if _is_share(one) else figure(value, 4)


def why_sooner(said: Collection[str], beside_all: Comparison, evaluators: Collection[str]) -> str:
    """Say why the gate found a fall that the comparison of all variants does not; empty where that finds it too."""
    if set(said) <= set(shortcomings(beside_all, evaluators)):
        return ""
    num_questions = sum(is_asked(one.metric, evaluators) for one in beside_all.metrics)
    return (
        "The gate asks its evaluators of this pair alone, so it decides with fewer rows than the page, which guards "
        f"{num_questions:,} comparisons at once and counts rows of one conversation together."
    )
