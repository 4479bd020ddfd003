"""How often a variant's answer was found better, equal or worse than the one which it was judged against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backend.experiments.analysis.matrices import Matrices, row_means
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.statistics.types import Metric
from backend.experiments.types import Duels, MetricComparison


def with_duels(
    one: MetricComparison, evaluator: Evaluator | None, found: Matrices, names: list[str], judged_against: str
) -> MetricComparison:
    """Add the rows won, tied and lost, where the metric compares pairs; repetitions of a row are one by their mean.

    An answer beats one that failed, and two that failed are tied. A row that nobody judged is none of the three.
    """
    if evaluator is None or not evaluator.needs_pairs or judged_against not in names:
        return one
    scores = found.whole(Metric(one.metric, worst=evaluator.worst))
    ours, theirs = (row_means(scores[names.index(name)]) for name in (one.variant, judged_against))
    differences = (ours - theirs)[~np.isnan(ours - theirs)]
    counts = (int((differences > 0).sum()), int((differences == 0).sum()), int((differences < 0).sum()))
    return replace(one, duels=Duels(judged_against, *counts))
