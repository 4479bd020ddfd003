"""Compare variants with a baseline over the same rows: a difference, its interval, and a verdict in four words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from backend.experiments.statistics.corrections import holm, holm_parts
from backend.experiments.statistics.power import FEWEST_ROWS, rows_for_difference, rows_for_equals, rows_for_sameness
from backend.experiments.statistics.proportions import Interval, Pairs, mcnemar_exact, newcombe_paired, wilson
from backend.experiments.statistics.quantiles import Quantile, Quantiles, bootstrap_p_value, percentile_interval
from backend.experiments.statistics.questions import UNKNOWN, Finding, Question, unknown
from backend.experiments.statistics.resampling import (
    Floats,
    Ints,
    bca,
    num_draws,
    sign_flip_p_values,
    student,
    weighted_means,
    weights,
    widened,
)
from backend.experiments.statistics.types import LEVELS, Arm, Comparison, Metric, Verdict

ALPHA = 0.05
_MAX_ROWS_NEEDED = 1_000_000


def compare(
    baseline: Arm,
    variants: Sequence[Arm],
    metrics: Sequence[Metric],
    *,
    clusters: Ints | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Comparison]:
    """Return a comparison for each variant and metric, variant by variant.

    Rows are resampled with their repetitions together, and with the rows of the same cluster (`clusters`, one number
    for each item) where those are not independent. A failed cell counts as the metric's worst value; one that nobody
    scored is left out, and counts against every verdict where the other side has a score. P values are
    corrected by Holm over everything asked here, and each interval has the confidence at which its verdict is decided,
    at least `confidence`. The same seed gives the same answer.
    """
    questions = [Question(metric, baseline, variant, clusters) for variant in variants for metric in metrics]
    found = _answers(questions, np.random.default_rng(seed))
    p_values = [finding.p_value for finding in found]
    levels = [1 - (1 - confidence) / parts for parts in holm_parts(p_values, ALPHA)]
    answered = zip(questions, found, holm(p_values), levels, strict=True)
    return [_said(question, finding, p_value, level) for question, finding, p_value, level in answered]


def interval_of_mean(
    values: Floats, clusters: Ints | None = None, worst: float | None = None, confidence: float = 0.95
) -> Interval:
    """Return where the mean of one variant's rows lies by itself; unknown of fewer than two sources.

    Wilson's of a share, else Student's over rows or the conversations they come from. `worst` None says that nought and
    one are no marks.
    """
    known = ~np.isnan(values)
    seen = values[known]
    if clusters is None and worst is not None and len(seen) and np.isin(seen, (0.0, 1.0)).all():
        return wilson(int(seen.sum()), len(seen), confidence)
    sources = np.unique((np.arange(len(values)) if clusters is None else clusters)[known], return_inverse=True)[1]
    sums, counts = np.bincount(sources, seen), np.bincount(sources)
    if len(sums) <= 1:
        return UNKNOWN
    return student(float(seen.mean()), (sums.sum() - sums) / (counts.sum() - counts), confidence)


def _answers(questions: Sequence[Question], rng: np.random.Generator) -> list[Finding]:
    """Answer shares of single rows by their own formulas, all the rest by the same draws."""
    found: dict[int, Finding] = {}
    means: list[int] = []
    quantiles: list[int] = []
    for number, question in enumerate(questions):
        pairs = question.pairs if question.metric.statistic == "mean" else None
        if question.is_too_small:
            found[number] = _untold(question)
        elif pairs is not None:
            found[number] = question.found(partial(_share_interval, question, pairs), mcnemar_exact(pairs))
        else:
            (means if question.metric.statistic == "mean" else quantiles).append(number)
    if means or quantiles:
        asked = ([questions[number] for number in means], [questions[number] for number in quantiles])
        by_means, by_quantiles = _by_resampling(*asked, rng)
        found.update(zip(means, by_means, strict=True))
        found.update(zip(quantiles, by_quantiles, strict=True))
    return [found[number] for number in range(len(questions))]


def _by_resampling(
    means: Sequence[Question], quantiles: Sequence[Question], rng: np.random.Generator
) -> tuple[list[Finding], list[Finding]]:
    num_clusters = (*means, *quantiles)[0].num_clusters
    draws = num_draws(num_clusters)
    nothing = np.empty((num_clusters, 0))
    sums = np.column_stack([nothing, *(question.sums for question in means)])
    counts = np.column_stack([nothing, *(question.counts for question in means)])
    arms = _Quantiles(quantiles)
    drawn_means, drawn_quantiles = [], []
    for block in weights(rng, num_clusters, draws):
        drawn_means.append(weighted_means(block, sums, counts))
        drawn_quantiles.append(arms.differences(block))
    of_means, of_quantiles = np.concatenate(drawn_means), np.concatenate(drawn_quantiles)
    p_values = sign_flip_p_values(rng, sums, draws)
    return (
        [one.found(partial(_mean_interval, one, of_means[:, at]), float(p_values[at])) for at, one in enumerate(means)],
        [_of_quantile(arms, at, of_quantiles) for at in range(len(quantiles))],
    )


def _share_interval(question: Question, pairs: Pairs, confidence: float) -> Interval:
    if not question.sums.any():
        return question.unseen(confidence)
    return newcombe_paired(pairs, confidence)


def _mean_interval(question: Question, drawn: Floats, confidence: float) -> Interval:
    """Return the wider ends of BCa and of Student's interval.

    BCa follows the skew of what was seen; over few rows with rare large values it covered 85 % in place of 95.
    """
    used = question.counts > 0
    sums, counts = question.sums[used], question.counts[used]
    if not sums.any():  # of which a bootstrap would claim to be certain
        return question.unseen(confidence)
    if len(sums) <= 1:
        return UNKNOWN
    mean = float(sums.sum() / counts.sum())
    left_out = (sums.sum() - sums) / (counts.sum() - counts)
    skewed = bca(drawn, mean, left_out, widened(confidence, len(sums)))
    plain = student(mean, left_out, confidence)
    return Interval(min(skewed.low, plain.low), max(skewed.high, plain.high))


class _Quantiles:
    """Holds the quantiles of the arms, the baseline's once for all variants."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self._old = {question.metric.name: _quantile(question, question.old) for question in questions}
        self._new = [_quantile(question, question.new) for question in questions]
        torn = [question for question in questions if question.num_torn]
        self._ends = [tuple(_quantile(one, values) for values in pair) for one in torn for pair in one.ends]
        held = [*self._old.values(), *self._new, *(one for pair in self._ends for one in pair)]
        self._all = Quantiles(held) if held else None
        self._ends_of = {id(question): len(questions) + 2 * at for at, question in enumerate(torn)}

    def differences(self, block: Floats) -> Floats:
        """Return variant minus baseline for each draw and question, then both ends of those with torn rows."""
        values = self._all.of(block) if self._all else []
        old, new, ends = self._split(values)
        found = [one - old[question.metric.name] for question, one in zip(self.questions, new, strict=True)]
        found += [variant - baseline for baseline, variant in ends]
        return np.column_stack([np.empty((len(block), 0)), *found])

    def _split(self, values: Sequence[Floats]) -> tuple[dict[str, Floats], Sequence[Floats], list[tuple[Floats, ...]]]:
        """Return what is of the baseline by metric, of the variants, and of the ends in pairs."""
        first, last = len(self._old), len(self._old) + len(self._new)
        ends = values[last:]
        return (
            dict(zip(self._old, values, strict=False)),
            values[first:last],
            list(zip(ends[::2], ends[1::2], strict=True)),
        )

    def ends_of(self, at: int) -> tuple[int, int]:
        """Return the columns of `differences` from which the low and the high end of an interval are taken."""
        first = self._ends_of.get(id(self.questions[at]))
        return (at, at) if first is None else (first, first + 1)

    def values(self, at: int) -> tuple[float, float]:
        question = self.questions[at]
        once = np.ones((1, question.num_clusters))
        return float(self._old[question.metric.name].of(once)[0]), float(self._new[at].of(once)[0])


def _quantile(question: Question, values: Floats) -> Quantile:
    owners = np.repeat(question.cluster_of, values.shape[1])
    return Quantile(values.ravel(), owners, question.num_clusters, LEVELS[question.metric.statistic])


def _of_quantile(arms: _Quantiles, at: int, all_drawn: Floats) -> Finding:
    values, question, drawn = arms.values(at), arms.questions[at], all_drawn[:, at]
    # The spread of the quantile itself, told as that of one row, so that one formula says how many rows are needed.
    deviation = float(drawn.std()) * math.sqrt(question.num_rows)
    # All that is seen lies on one side of the quantile with a chance that no draw knows of.
    least = 2 * max(LEVELS[question.metric.statistic], 0.5) ** question.num_sources

    def interval(confidence: float) -> Interval:
        if question.num_sources < question.rows_at_least(confidence):
            return UNKNOWN
        level = widened(confidence, question.num_sources)
        low, high = (percentile_interval(all_drawn[:, column], level) for column in arms.ends_of(at))
        return Interval(low.low, high.high)

    return Finding(interval, bootstrap_p_value(drawn, least), values, values[1] - values[0], deviation)


def _untold(question: Question) -> Finding:
    """Return both values alone: so few rows say nothing of their difference."""
    found = question.found(unknown, 1.0)
    if question.metric.statistic == "mean" or not question.num_rows:
        return found
    old, new = _Quantiles([question]).values(0)
    return replace(found, values=(old, new), difference=new - old)


def _said(question: Question, finding: Finding, p_value: float, confidence: float) -> Comparison:
    interval = finding.interval(confidence)
    verdict = _verdict(question.metric, finding, p_value, interval)
    if p_value > ALPHA:  # the test is exact where the interval is not: it leaves out nothing that the test allows
        interval = Interval(min(interval.low, 0.0), max(interval.high, 0.0))
    return Comparison(
        question.metric.name,
        question.variant,
        *finding.values,
        finding.difference,
        interval.low,
        interval.high,
        p_value,
        verdict,
        _rows_needed(question, finding, confidence) if verdict == "cannot_tell" else 0,
        question.num_rows,
        question.coverage[1],
        question.coverage[0],
        confidence,
    )


def _verdict(metric: Metric, finding: Finding, p_value: float, interval: Interval) -> Verdict:
    """Say "same" before "better": a difference that does not matter is none, however sure it is.

    Sameness is two one-sided tests at 5 %, so the interval of 90 % lies inside the margin. A difference needs the test
    and the interval: either alone would stand beside the other's doubt.
    """
    if metric.margin > 0 and finding.interval(1 - 2 * ALPHA).inside(metric.margin):
        return "same"
    if p_value <= ALPHA and (interval.low > 0 or interval.high < 0):
        return "better" if (interval.low > 0) == metric.higher_is_better else "worse"
    return "cannot_tell"


def _rows_needed(question: Question, finding: Finding, confidence: float) -> int | None:
    """Return how many further rows would decide it if the difference stays what it is, by the nearer of two ways."""
    least = max(FEWEST_ROWS, question.rows_at_least(confidence))
    if question.is_too_small and question.num_rows:
        more = least - question.num_sources
        return more if question.num_sources == question.num_rows else None  # rows of other conversations would help
    if question.num_torn:
        return None
    margin, difference, deviation = question.metric.margin, finding.difference, finding.deviation
    rows = max(least, rows_for_difference(deviation, difference, 1 - confidence))
    if margin > 0 and difference == deviation == 0:
        rows = rows_for_equals(question.width, margin)
    elif margin > 0:
        rows = min(rows, rows_for_sameness(deviation, difference, margin))
    if math.isnan(difference) or rows > _MAX_ROWS_NEEDED:
        return None
    return max(1, math.ceil(rows) - question.num_rows)
