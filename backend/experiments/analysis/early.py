"""What may be said of an experiment that was looked at after every row, and ended by what was seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.experiments.analysis.matrices import Matrices, row_means
from backend.experiments.statistics.comparison import ALPHA
from backend.experiments.statistics.corrections import holm, holm_parts
from backend.experiments.statistics.live import (
    always_valid_interval,
    always_valid_p,
    confidence_beside,
    variance_of_mean,
)
from backend.experiments.statistics.proportions import Interval
from backend.experiments.statistics.resampling import Ints
from backend.experiments.statistics.types import Metric, Verdict
from backend.experiments.types import MetricComparison

DEFAULT_SCALE = 0.1
MAX_ROWS_NEEDED = 1_000_000
MONEY = "$"


@dataclass(frozen=True)
class Seen:
    """One mean as it stood at the end; `variance` is of the difference of the means, `scale` what is looked for."""

    told: MetricComparison
    metric: Metric
    difference: float
    variance: float
    scale: float

    @property
    def p_value(self) -> float:
        return always_valid_p(self.difference, self.variance, self.scale)

    def interval(self, confidence: float) -> Interval:
        found = always_valid_interval(self.difference, self.variance, self.scale, confidence)
        width = math.inf if self.metric.width is None else self.metric.width
        return Interval(max(found.low, -width), min(found.high, width))

    def verdict(self, interval: Interval) -> Verdict:
        if self.metric.margin > 0 and interval.inside(self.metric.margin):
            return "same"
        if interval.low > 0 or interval.high < 0:
            return "better" if (interval.low > 0) == self.metric.higher_is_better else "worse"
        return "cannot_tell"

    def rows_needed(self, confidence: float) -> int | None:
        """Return how many more rows would show this difference whenever one looks; None beyond a million."""
        rows = self.told.num_rows
        while (rows := math.ceil(rows * 1.1)) <= MAX_ROWS_NEEDED:
            shrunk = self.variance * self.told.num_rows / rows
            interval = always_valid_interval(self.difference, shrunk, self.scale, confidence)
            if interval.low > 0 or interval.high < 0:
                return rows - self.told.num_rows
        return None


def looked_at_early(
    said: Sequence[MetricComparison],
    metrics: Sequence[Metric],
    found: Matrices,
    *,
    names: Sequence[str],
    baseline: int,
    clusters: Ints | None,
    decider: str,
) -> list[MetricComparison]:
    """Give each mean an interval that holds although the number of rows was not planned.

    `decider` is the metric that ended it: it has the confidence by which it was decided, 5 % over all variants. The
    other means are corrected by Holm over all of them, and keep a verdict only where it holds whenever one looks.
    Percentiles have no such interval, and are told as if their rows had been planned.
    """
    by_name = {metric.name: metric for metric in metrics if metric.statistic == "mean"}
    seen = {
        at: held
        for at, one in enumerate(said)
        if (metric := by_name.get(one.metric))
        and (held := _seen(one, metric, found, (baseline, names.index(one.variant)), clusters))
    }
    decided = {at: one for at, one in seen.items() if one.metric.name == decider}
    others = [at for at in seen if at not in decided]
    p_values = [seen[at].p_value for at in others]
    level = confidence_beside(len(names) - 1)
    changed = {at: _decided(one, level, len(names) - 1) for at, one in decided.items()}
    for at, p_value, parts in zip(others, holm(p_values), holm_parts(p_values, ALPHA), strict=True):
        changed[at] = _beside(seen[at], p_value, 1 - ALPHA / parts)
    return [changed.get(at, one) for at, one in enumerate(said)]


def _seen(
    one: MetricComparison, metric: Metric, found: Matrices, pair: tuple[int, int], clusters: Ints | None
) -> Seen | None:
    """Return None of what costs the same on every row, which is counted, and of too little to tell a variance."""
    if one.unit == MONEY and one.low == one.high:
        return None
    scores = found.whole(metric)
    differences = row_means(scores[pair[1]]) - row_means(scores[pair[0]])
    known = ~np.isnan(differences)
    sources = np.unique((np.arange(len(known)) if clusters is None else clusters)[known], return_inverse=True)[1]
    if len(sources) <= 1:
        return None
    sums, counts = np.bincount(sources, differences[known]), np.bincount(sources)
    own = found.scores[metric.name]
    width = float(np.nanmax(own) - np.nanmin(own)) or 1.0
    # Rows that all differ alike look certain; one more that does not would change that.
    variance = max(variance_of_mean(sums.tolist(), counts.tolist()), (width / len(sums)) ** 2 / 4)
    return Seen(one, metric, one.difference, variance, metric.margin or DEFAULT_SCALE * width)


def _decided(one: Seen, level: float, num_variants: int) -> MetricComparison:
    interval = one.interval(level)
    told = one.verdict(interval)
    return replace(
        one.told,
        low=interval.low,
        high=interval.high,
        p_value=min(1.0, one.p_value * num_variants),
        verdict=told,
        rows_needed=_missing(one, told, level),
        confidence=level,
    )


def _beside(one: Seen, p_value: float, level: float) -> MetricComparison:
    """Widen what a test of planned rows said; where it then says less, nothing is told."""
    interval = one.interval(level)
    told: Verdict = one.told.verdict if one.told.verdict == one.verdict(interval) else "cannot_tell"
    return replace(
        one.told,
        low=min(one.told.low, interval.low),
        high=max(one.told.high, interval.high),
        p_value=max(one.told.p_value, p_value),
        verdict=told,
        rows_needed=_missing(one, told, level),
        confidence=max(level, one.told.confidence),
    )


def _missing(one: Seen, told: Verdict, level: float) -> int | None:
    """Return how many more rows it takes: those of a planned test say nothing where that had decided."""
    if told != "cannot_tell":
        return 0
    return one.told.rows_needed if one.told.verdict == "cannot_tell" else one.rows_needed(level)
