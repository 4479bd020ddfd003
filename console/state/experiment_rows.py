"""Rows of the experiment pages, with text already formatted and pictures already measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from backend.experiments.types import (
    LATENCY,
    LATENCY_P50,
    Agreement,
    Comparison,
    Experiment,
    JudgeDrift,
    MetricComparison,
    Status,
)
from console import routes
from console.state import formats
from console.state.agreement_lines import drift_words
from console.state.experiment_duels import duel_words
from console.state.experiment_ends import under
from console.state.experiment_unscored import failed_on, in_vain_words, metrics_in, own_words, retry_of
from console.state.experiment_written import amount, readable, share_of, signed, target_words, target_x

MARKS = {"draft": "idle", "running": "run", "paused": "wait", "done": "ok", "failed": "fail", "cancelled": "skip"}
WORDS = {"draft": "Draft", "running": "Running", "paused": "Paused", "done": "Done", "failed": "Failed",
         "cancelled": "Cancelled"}  # fmt: skip
PLAIN = 0.95
SURER = "Several differences are tested at once: each interval is so much surer that all together mislead 1 time in 20."
VERDICTS = {"better": "Better", "worse": "Worse", "same": "Same", "cannot_tell": "Cannot tell"}
MIDDLE, LONGEST = 103.0, 90.0
# More rows than that nobody writes, and no experiment takes with a few variants.
MOST_ROWS = 20_000
ROUNDING = 1e-9


@dataclass(frozen=True)
class ExperimentLine:
    """An experiment in the list and in the head of its page; `goes_on` where a resume has something to do."""

    id: str
    href: str
    name: str
    mark: str
    words: str
    status: str
    dataset: str
    variants: str
    progress: str
    percent: int
    cost: str
    left: str
    retry: str
    in_vain: str
    error: str
    stays: bool
    goes_on: bool
    when: str
    when_exact: str


@dataclass(frozen=True)
class VerdictCard:
    """One metric of the chosen variant: values, difference and its interval as a small picture.

    `duels` say how its answers did in pairs; where the baseline was the other, no value of its own stands beside.
    `failed` says how many answers got no score, and why; all the rest is empty where that was every one of a variant.
    `sure_why` says why an interval is surer than 95 %, empty where it is not. By `key` rows can be listed.
    `node` is the one of a flow whose output was scored, empty for the answer. `own` says of a judge that it scored
    what its own model answered.
    `target` says what is wanted of it, `aimed` is "fail" where it misses that; `target_x` is where the line of the
    target stands, empty where that lies beyond the picture.
    """

    metric: str
    verdict: str
    words: str
    baseline_value: str = ""
    value: str = ""
    difference: str = ""
    note: str = ""
    aria: str = ""
    sure: str = ""
    sure_why: str = ""
    low: str = ""
    high: str = ""
    low_x: str = ""
    high_x: str = ""
    low_text_x: str = ""
    high_text_x: str = ""
    at_x: str = ""
    band_x: str = ""
    band_width: str = ""
    bars: str = ""
    failed: str = ""
    duels: str = ""
    key: str = ""
    target: str = ""
    aimed: str = ""
    mark: str = ""
    target_x: str = ""
    node: str = ""
    own: str = ""


@dataclass(frozen=True)
class AgreedLine:
    """How far judges agree, in words; the mark and words of `drift` are there where the judge was changed."""

    words: str
    drift_mark: str = ""
    drift: str = ""


def experiment_line(found: Experiment, zone: tzinfo, now: Any) -> ExperimentLine:
    progress, status = found.progress, found.shown_status
    ended = progress.num_done + progress.num_failed
    share = f"{max(0.1, 100 * progress.error_rate):.1f}".removesuffix(".0")
    failed = f", {formats.count(progress.num_failed)} failed ({share} %)" if progress.num_failed else ""
    judged = f", {formats.count(progress.num_judged)} answered, being judged" if progress.num_judged else ""
    left = formats.roughly(progress.eta_seconds * 1e3) if progress.eta_seconds is not None else ""
    whole, began = formats.counted(progress.num_cells, "answer"), found.started_at
    return ExperimentLine(
        id=found.id,
        href=routes.to(routes.EXPERIMENT, found.id),
        name=found.name,
        mark=MARKS[status],
        words=WORDS[status],
        status=status,
        dataset=f"{found.dataset_name} v{found.dataset_version}" if found.dataset_version else found.dataset_name,
        variants=", ".join(found.called.values()),
        progress=f"{formats.count(ended)} of {whole}{failed}{judged}" if progress.num_cells else "",
        percent=100 * ended // progress.num_cells if progress.num_cells else 0,
        cost=formats.summed(progress.cost, 0 if progress.cost else progress.num_unpriced),
        left=f"about {left} left" if left and status == "running" else "",
        retry=retry_of(found),
        in_vain=in_vain_words(found),
        error=_said(found, zone, now),
        goes_on=progress.num_done > 0 or ended < progress.num_cells,
        stays=found.status is Status.PAUSED and found.resumes_at is None,
        when=formats.clock(began, zone, now) if began else "Not started",
        when_exact=formats.exact(began, zone) if began else f"Made {formats.exact(found.created_at, zone)}",
    )


def _said(found: Experiment, zone: tzinfo, now: Any) -> str:
    """Return why it stands where it stands, and when it goes on by itself."""
    said = f"{found.error} {found.hint}".strip() or found.decided
    if found.resumes_at is None:
        return said
    return f"{said} It continues on its own at {formats.clock(found.resumes_at, zone, now)}."


def verdict_cards(found: Comparison, variant: str) -> list[VerdictCard]:
    """Draw what is compared, and before it what could not be: a metric without any score on one side has no verdict."""
    both = [one for one in found.unscored if one.variant in (variant, found.baseline)]
    failed = {metric: failed_on([one for one in both if one.metric == metric]) for metric in metrics_in(both)}
    none = metrics_in(one for one in both if one.num_failed == one.num_answers)
    cards = [
        replace(_card(one, failed.get(one.metric, ""), found.baseline), own=own_words(found, one.metric))
        for one in found.metrics
        if one.variant == variant and one.metric not in none
    ]
    return [*(VerdictCard(metric, "none", "No verdict", failed=failed[metric]) for metric in none), *cards]


def agreement_lines(found: Sequence[Agreement], drifts: Sequence[JudgeDrift] = ()) -> list[AgreedLine]:
    """Say how far judges agree: "tone: a and b: the same in 80 % of 20 answers, kappa 0.60 (0.31 to 0.88)".

    Behind that stands what a change of the judge did to it, alone where people have not measured it since.
    """
    drifted = {one.metric: drift_words(one.drift, one.before) for one in drifts}
    said = {
        one.metric: f"{one.metric}: the same in {one.share_equal:.0%} of "
        f"{formats.counted(one.num_rows, 'answer')}{_kappa(one)}"
        for one in found
    }
    lines = {**{name: f"{name}:" for name in drifted}, **said}
    return [AgreedLine(words, *drifted.get(name, ("", ""))) for name, words in lines.items()]


def _kappa(one: Agreement) -> str:
    if one.kappa is None:
        return ""
    ends = "too few for an interval" if one.low is None else f"{one.low:.2f} to {one.high:.2f}"
    return f", kappa {one.kappa:.2f} ({ends})"


def _card(one: MetricComparison, failed: str, baseline: str) -> VerdictCard:
    # A row has one latency, whichever of them is looked at.
    key, one = LATENCY if one.metric == LATENCY_P50 else one.metric, readable(one)
    # Beside itself a baseline is neither better nor worse: its mean would only count what failed.
    is_duel = one.duels is not None and one.duels.against == baseline
    sizes = [abs(end) for end in (one.low, one.high, one.margin, one.difference) if math.isfinite(end)]
    reach = max([*sizes, 1e-12])

    def x(value: float) -> float:
        return MIDDLE + LONGEST * max(-1.0, min(1.0, value / reach))

    # Without an end it would look like one that was measured; without a width nothing is left to chance.
    is_known = math.isfinite(one.low) and math.isfinite(one.high) and one.low < one.high
    low, high = x(one.low), x(one.high)
    band = LONGEST * one.margin / reach
    words = VERDICTS[one.verdict]
    ends = signed(one, one.low), signed(one, one.high)
    below = under(low, high, *ends)
    return VerdictCard(
        key=key,
        metric=named(one),
        verdict=one.verdict,
        words=words,
        baseline_value="" if is_duel else amount(one, one.baseline_value),
        value=amount(one, one.value),
        difference=signed(one, one.difference) if one.num_rows else "",
        note="" if failed and one.rows_needed is None else note_of(one),  # more rows would not mend an evaluator
        failed=failed,
        duels=duel_words(one, baseline),
        aria=f"Difference {signed(one, one.difference)}, {_sure(one)} interval {ends[0]} to {ends[1]}",
        sure=f"{_sure(one)} interval" if is_known else "",
        sure_why=SURER if is_known and one.confidence > PLAIN else "",
        low=ends[0] if is_known else "",
        high=ends[1] if is_known else "",
        low_x=f"{low:.1f}",
        high_x=f"{high:.1f}",
        low_text_x=f"{below[0]:.1f}",
        high_text_x=f"{below[1]:.1f}",
        at_x=f"{x(one.difference):.1f}" if is_known else "",
        band_x=f"{MIDDLE - band:.1f}",
        band_width=f"{2 * band:.1f}",
        bars="" if not is_known else f"M{low:.1f} 10v10M{high:.1f} 10v10M{low:.1f} 15H{high:.1f}",
        node=one.node,
        target=target_words(one),
        aimed="" if one.target is None or math.isnan(one.value) else "fail" if one.is_missed else "ok",
        mark="" if one.threshold is None else f"Pass mark {amount(one, one.threshold)}",
        target_x=target_x(one, reach, x) if is_known and not is_duel else "",
    )


def named(one: MetricComparison) -> str:
    return one.called


def _sure(one: MetricComparison) -> str:
    """Return the confidence of the interval: more than 95 % where several questions share what may go wrong."""
    return f"{math.floor(1_000 * one.confidence + ROUNDING) / 10:g} %"


def note_of(one: MetricComparison) -> str:
    """Say what stands behind a verdict: the rows that it rests on, or that it lacks."""
    if one.verdict == "cannot_tell":
        return _lacking(one)
    if one.num_fixed or one.num_broken:
        return f"{formats.counted(one.num_fixed, 'row')} fixed, {formats.count(one.num_broken)} broken"
    if one.verdict == "same":
        equal = "Equal on every row" if one.value else "Neither cost anything"
        return f"Inside the {_width(one)} band" if one.margin else equal
    return formats.counted(one.num_rows, "row")


def _lacking(one: MetricComparison) -> str:
    if not one.num_rows:
        return "No price is known on both sides" if one.unit == "$" else "No row has it on both sides"
    if one.rows_needed is None:
        return f"Needs {'a wider' if one.margin else 'a'} margin, not more rows"
    if one.rows_needed > MOST_ROWS:
        return f"Would need about {rounded(one.rows_needed, 1)} more rows, which is not practical"
    return f"Needs about {rounded(one.rows_needed, 2)} more {'row' if one.rows_needed == 1 else 'rows'}"


def _width(one: MetricComparison) -> str:
    return f"{100 * one.margin:.3g} point" if not one.unit and share_of(one) else amount(one, one.margin)


def rounded(number: int, digits: int) -> str:
    """Return an estimate without digits that it cannot know."""
    return formats.count(round(number, digits - len(str(number))))
