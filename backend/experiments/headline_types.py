"""What an experiment ended in, in one word; `types` hands it on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend.experiments.comparison_types import Comparison, MetricComparison
from backend.experiments.draft_types import COST, OVERALL, UNASKED

Verdict = Literal["better", "cheaper", "mixed", "short", "same", "worse", "none_better", "cannot_tell", "none_passed",
                  "reached", "missed", "none"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headline:
    """What is said of all variants beside the baseline, as the page of the experiment advises.

    `better` and `cheaper` name the `variant` to take; `mixed` is one that is better by what decides and worse in
    `metric`, `short` one that misses the target of that; `worse` names the only one that there is, in `metric` where
    that is not what decides. `cannot_tell` has the fewest rows that would tell, None where nobody knows. `reached` and
    `missed` are said of the targets of a variant that stands alone; `none` has no verdict.
    """

    verdict: Verdict
    variant: str = ""
    metric: str = ""
    rows_needed: int | None = None


def to_take(said: Comparison, beside_best: Comparison | None = None) -> str:
    """Return the cheapest variant of those that are better by what decides, else of those as good that cost less.

    None that is worse in any quality or misses a target, nor one that is worse by what decides than the best of them,
    which the others are compared with in `beside_best`; empty for none. Of those that cost alike, or have no price, the
    one that gains most.
    """
    beside = beside_best.metrics if beside_best else ()
    beaten = {one.variant for one in beside if (one.metric, one.verdict) == (said.primary, "worse")}
    return min((one for one in able_in(said) if one[2] not in beaten), default=(0.0, 0.0, ""))[2]


def best_of(said: Comparison) -> str:
    """Return the one that gains most of those that may be taken; empty for none."""
    return min(able_in(said), key=lambda one: one[1:], default=(0.0, 0.0, ""))[2]


def able_in(said: Comparison) -> list[tuple[float, float, str]]:
    """Return cost, negative gain and name of the variants that may be taken."""
    better, cheaper = list[tuple[float, float, str]](), list[tuple[float, float, str]]()
    for decides in said.metrics:
        of = [one for one in said.metrics if one.variant == decides.variant]
        if decides.metric != said.primary or decides.metric in UNASKED or any(one.is_missed for one in of):
            continue
        if any(one.verdict == "worse" for one in of if one.metric not in UNASKED):
            continue
        cost = next((one for one in of if one.metric == COST), None)
        gain = decides.difference if decides.direction == "higher" else -decides.difference
        place = (cost.value if cost and math.isfinite(cost.value) else math.inf, -gain, decides.variant)
        if decides.verdict == "better":
            better.append(place)
        elif decides.verdict == "same" and cost and cost.verdict == "better":
            cheaper.append(place)
    return better or cheaper


def nothing_passed(said: Comparison) -> bool:
    """Tell whether no answer of any variant has anything of what decides: no row and no margin would help."""
    of = [one for one in said.metrics if one.metric == said.primary]
    return (
        said.primary not in UNASKED
        and bool(of)
        and all(
            one.num_rows and one.value == one.baseline_value == 0 and one.direction == "higher" and not one.duels
            for one in of
        )
    )


def headline_of(said: Comparison) -> Headline:
    """Return what a comparison with the experiment's own baseline ends in."""
    decides = [one for one in said.metrics if one.metric == said.primary and one.metric not in UNASKED]
    if not decides:
        return Headline("none") if said.metrics else _alone(said)
    if nothing_passed(said):
        return Headline("none_passed")
    taken = best_of(said)
    verdict = next((one.verdict for one in decides if one.variant == taken), "")
    return Headline("better" if verdict == "better" else "cheaper", taken) if taken else _without_advice(said, decides)


def _without_advice(said: Comparison, decides: Sequence[MetricComparison]) -> Headline:
    """Return it where no variant is to be taken."""
    worse = {one.variant: _worse_in(said, one.variant) for one in decides}
    if better := next((one.variant for one in decides if one.verdict == "better"), ""):
        missed = [one.called for one in said.metrics if one.variant == better and one.is_missed]
        return (
            Headline("mixed", better, worse[better])
            if worse[better]
            else Headline("short", better, "".join(missed[:1]))
        )
    if open_still := [one for one in decides if one.verdict == "cannot_tell" and not worse[one.variant]]:
        needed = [one.rows_needed for one in open_still if one.rows_needed is not None]
        return Headline("cannot_tell", rows_needed=min(needed, default=None))
    if all(one.verdict == "same" and not worse[one.variant] for one in decides):
        return Headline("same")
    first = decides[0]
    metric = "" if first.verdict == "worse" else worse[first.variant]
    return Headline("none_better") if len(decides) > 1 else Headline("worse", first.variant, metric)


def _worse_in(said: Comparison, variant: str) -> str:
    """Return the first quality that is worse, all of them together last; empty for none."""
    of = [
        one for one in said.metrics if one.variant == variant and one.verdict == "worse" and one.metric not in UNASKED
    ]
    return next((one.called for one in sorted(of, key=lambda one: one.metric == OVERALL)), "")


def _alone(said: Comparison) -> Headline:
    """Say of a single variant whether it reaches its targets."""
    aims = [
        one for one in said.aims if one.target is not None and not math.isnan(one.values.get(said.baseline, math.nan))
    ]
    if missed := [one.metric for one in aims if said.baseline in one.missed]:
        return Headline("missed", said.baseline, missed[0])
    return Headline("reached", said.baseline) if aims else Headline("none")
