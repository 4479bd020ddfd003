"""How the rows lie by each metric, counted for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from backend.experiments.analysis.matrices import Matrices, row_means
from backend.experiments.statistics.resampling import Floats
from backend.experiments.types import Spread

MOST_VALUES, NUM_BINS = 12, 20
# One answer in a hundred may take ten times as long; the picture is of the others.
TAIL = 0.99
DIGITS = 9


def spreads_of(found: Matrices, metrics: Sequence[str], variants: Sequence[str]) -> tuple[Spread, ...]:
    """Count the rows of every variant in the same bins, for each metric that has a number at all."""
    if not found.rows:
        return ()
    values = {metric: np.round(row_means(found.scores[metric]), DIGITS) for metric in metrics}
    return tuple(_spread(metric, rows, variants) for metric, rows in values.items() if not np.isnan(rows).all())


def _spread(metric: str, values: Floats, variants: Sequence[str]) -> Spread:
    known = values[~np.isnan(values)]
    without = dict(zip(variants, (int(one) for one in np.isnan(values).sum(axis=1)), strict=True))
    distinct = np.unique(known)
    if len(distinct) <= MOST_VALUES:
        bins = [(float(one), float(one)) for one in distinct]
        counted = [[int((row == value).sum()) for value in distinct] for row in values]
        is_open = False
    else:
        low, end = float(known.min()), float(np.quantile(known, TAIL))
        high = end if end > low else float(known.max())
        edges = np.linspace(low, high, NUM_BINS + 1)
        bins = list(pairwise(edges.tolist()))
        counted = [np.histogram(np.clip(row[~np.isnan(row)], low, high), edges)[0].tolist() for row in values]
        is_open = bool(known.max() > high)
    counts = {name: tuple(some) for name, some in zip(variants, counted, strict=True)}
    return Spread(metric, tuple(bins), is_open, counts, without)
