"""What evaluators want of a metric, and which variants miss it, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import reflex as rx

from backend.experiments.types import Aim, Comparison
from console.state import formats
from console.state.experiment_written import LEAST_DOLLARS, THOUSAND, is_share, written


@dataclass(frozen=True)
class AimLine:
    """What one metric of one variant came to beside its target; `mark` is "fail" where it misses that."""

    mark: str
    words: str


class Aimed(rx.State, mixin=True):
    """A page that says what is wanted: below the rows, and of a variant that stands beside no other."""

    targets: rx.Field[list[AimLine]] = rx.field(default_factory=list)
    scored_by: rx.Field[str] = rx.field("")
    _marks: dict[str, str] = {}  # noqa: RUF012  # the framework copies it for each tab
    _scored_by: dict[str, str] = {}  # noqa: RUF012

    def _aim(self, found: Comparison, *, is_alone: bool) -> None:
        metrics = [one.metric for one in found.aims]
        self._marks = {name: words for name in metrics if (words := mark_words(found, name))}
        self._scored_by = {name: f"Scored by {name}, {aim_words(found, name)}" for name in metrics}
        self.targets = target_lines(found, found.baseline) if is_alone else []


def aim_of(found: Comparison, metric: str) -> Aim | None:
    return next((one for one in found.aims if one.metric == metric), None)


def readable_aim(one: Aim) -> Aim:
    """Count money for a thousand answers where that of one would vanish behind its fourth digit."""
    ends = [*one.values.values(), one.target or 0.0]
    if one.unit != "$" or not any(0 < abs(end) < LEAST_DOLLARS for end in ends):
        return one
    target, threshold = (None if end is None else end * THOUSAND for end in (one.target, one.threshold))
    values = {name: value * THOUSAND for name, value in one.values.items()}
    return replace(one, metric=f"{one.metric} per 1,000", target=target, threshold=threshold, values=values)


def aim_amount(one: Aim, value: float) -> str:
    """Return a value of the metric in its unit; of shares, as all that stand beside it are, in percent."""
    ends = [*one.values.values(), *(end for end in (one.target, one.threshold) if end is not None)]
    return written(value, one.unit, percent=is_share(ends))


def aim_words(found: Comparison, metric: str) -> str:
    """Say what is wanted of a metric: "pass mark 70.0 %, target 90.0 %"; empty for nothing."""
    return ", ".join(filter(None, (mark_words(found, metric), target_words(found, metric))))


def mark_words(found: Comparison, metric: str) -> str:
    one = aim_of(found, metric)
    one = one and readable_aim(one)
    return f"pass mark {aim_amount(one, one.threshold)}" if one and one.threshold is not None else ""


def target_words(found: Comparison, metric: str) -> str:
    one = aim_of(found, metric)
    one = one and readable_aim(one)
    if one is None or one.target is None:
        return ""
    behind = one.metric.removeprefix(metric)  # " per 1,000" of small money
    return f"{'' if one.statistic == 'mean' else f'{one.statistic} '}target {aim_amount(one, one.target)}{behind}"


def missed_words(found: Comparison, variant: str) -> str:
    """Say which targets a variant misses; empty where it reaches all."""
    missed = [one.metric for one in found.aims if variant in one.missed]
    return f"misses the target of {formats.listed(missed)}" if missed else ""


def target_lines(found: Comparison, variant: str) -> list[AimLine]:
    """Say of one variant how each metric that has a target stands to it."""
    lines = []
    for aim in found.aims:
        one = readable_aim(aim)
        if one.target is None:
            continue
        value, target = one.values[variant], aim_amount(one, one.target)
        if math.isnan(value):
            lines.append(AimLine("idle", f"{one.metric} has nothing to hold against its target of {target}"))
            continue
        is_missed = variant in one.missed
        said = f"{'misses' if is_missed else 'reaches'} its target of {target}: {aim_amount(one, value)}"
        lines.append(AimLine("fail" if is_missed else "ok", f"{one.metric} {said}"))
    return lines
