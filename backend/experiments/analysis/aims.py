"""What evaluators want of each variant, and which variants miss it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backend.experiments.analysis.matrices import Matrices, row_means
from backend.experiments.comparison_types import falls_short
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.statistics.types import LEVELS, Metric
from backend.experiments.types import Aim, MetricComparison


def aims_of(
    found: Matrices,
    metrics: Sequence[Metric],
    evaluators: Sequence[Evaluator],
    names: Sequence[str],
    said: Sequence[MetricComparison],
) -> tuple[Aim, ...]:
    """Take the metrics that gave a number, and what was said of variants: the same value stands in both places."""
    read = {metric.name: metric for metric in metrics}
    told = {(one.metric, one.variant): one.value for one in said if not math.isnan(one.value)}
    aims = []
    for one in evaluators:
        if one.target is None and one.threshold is None:
            continue
        own = read.get(one.called)
        values = {
            name: told.get((one.called, name), _value(found, own, at) if own else math.nan)
            for at, name in enumerate(names)
        }
        missed = tuple(name for name, value in values.items() if falls_short(value, one.target, one.aim))
        aims.append(Aim(one.called, one.aim, one.unit, one.statistic, one.target, one.threshold, values, missed))
    return tuple(aims)


def _value(found: Matrices, metric: Metric, at: int) -> float:
    """Return the statistic of one variant by itself; a failed answer is the worst, as everywhere."""
    scores = found.whole(metric)[at]
    level = LEVELS.get(metric.statistic)
    values = row_means(scores) if level is None else scores
    known = values[~np.isnan(values)]
    if not known.size:
        return math.nan
    return float(known.mean() if level is None else np.quantile(known, level, method="inverted_cdf"))
