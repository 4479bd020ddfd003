"""The scores of an experiment as matrices: one row for each dataset row that every variant has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.node_types import ABSENT
from backend.experiments.statistics.questions import with_failures
from backend.experiments.statistics.resampling import Floats
from backend.experiments.statistics.types import Arm, Metric
from backend.experiments.types import COST, LATENCY, LATENCY_P50, OVERALL, UNASKED, CellStatus

TIE = 0.5  # what a pair counts for either side that was found equal
DONE = CellStatus.DONE.value
ENDED = (DONE, CellStatus.FAILED.value)


@dataclass(frozen=True)
class Matrices:
    """`scores` and `passed` are by metric, then (variant, item, repetition), NaN where there is none.

    `rows` are the numbers of the items. A failed cell is NaN in `scores`, 0 in `passed` of what has a pass mark, and 1
    in `failed`; one that an evaluator could not score is NaN in both and 0 there. `lost` is what a failed cell counts
    as by the metrics that compare pairs.
    """

    rows: list[int]
    num_left_out: int
    scores: dict[str, Floats]
    passed: dict[str, Floats]
    failed: Floats
    lost: dict[str, Floats] = field(default_factory=dict)

    def whole(self, metric: Metric) -> Floats:
        """Return the scores of a metric, with what those of failed cells count as."""
        return with_failures(self.scores[metric.name], self.failed, self.lost.get(metric.name, metric.worst))

    def arm(self, at: int, name: str, metrics: Sequence[Metric]) -> Arm:
        scores = {metric.name: self.scores[metric.name][at] for metric in metrics}
        return Arm(name, scores, self.failed[at], {metric: values[at] for metric, values in self.lost.items()})


def matrices(cells: Sequence[tuple[Any, ...]], names: Sequence[str], num_variants: int, repetitions: int) -> Matrices:
    """Take (row, variant, repetition, status, scores, cost, latency) of every cell; a cost of None is not known."""
    ended: dict[int, int] = {}
    for row, _, _, status, *_ in cells:
        ended[row] = ended.get(row, 0) + (status in ENDED)
    whole = num_variants * repetitions
    rows = sorted(row for row, count in ended.items() if count == whole)
    place = {row: at for at, row in enumerate(rows)}
    shape = (num_variants, len(rows), repetitions)
    scores = {name: np.full(shape, np.nan) for name in (*names, *UNASKED)}
    passed = {name: np.full(shape, np.nan) for name in names}
    failed = np.zeros(shape)
    for row, variant, repetition, status, found, cost, latency in cells:
        at = place.get(row)
        if at is None:
            continue
        spot = (variant, at, repetition)
        if status != DONE:
            failed[spot] = 1.0
            for name in names:
                passed[name][spot] = 0.0
            continue
        scores[LATENCY][spot] = scores[LATENCY_P50][spot] = latency
        scores[COST][spot] = np.nan if cost is None else float(cost)
        for name in names:
            one = found.get(name)
            if one is None:
                continue
            if one["value"] is not None:
                scores[name][spot] = one["value"]
            if one["passed"] is not None:
                passed[name][spot] = one["passed"]
    return Matrices(rows, len(ended) - len(rows), scores, _marks(cells, names, passed), failed)


def _marks(cells: Sequence[tuple[Any, ...]], names: Sequence[str], passed: dict[str, Floats]) -> dict[str, Floats]:
    """Return who passed by each metric that has a mark; a failed answer is no failure of a node that is not there."""
    for name, variant in _absent(cells, names):
        passed[name][variant] = np.nan
    return {name: passed[name] for name in names if _has_marks(cells, name)}


def failed_of(found: Matrices, cells: Sequence[tuple[Any, ...]]) -> Floats:
    """Return where one variant failed that is not compared, by item and repetition, from its own cells."""
    place, failed = {row: at for at, row in enumerate(found.rows)}, np.zeros(found.failed.shape[1:])
    for row, _, repetition, status, *_ in cells:
        if row in place and status == CellStatus.FAILED:
            failed[place[row], repetition] = 1.0
    return failed


def with_pairs(found: Matrices, evaluators: Sequence[Evaluator], theirs: Floats, at: int | None = None) -> Matrices:
    """Count failed cells of pairs as the pair went: what all were judged against ties with itself whatever it did.

    As its worst it stood at nought where it failed, and beside that an answer was worth two that won. An answer that
    failed has lost, unless the other failed too.

    `theirs` tells where the one failed that all were judged against, `at` its place, None where it is not compared.
    """
    lost = {}
    for one in evaluators:
        if one.needs_pairs and one.worst is not None:
            lost[one.called] = np.where(theirs > 0, TIE, np.full(found.failed.shape, one.worst))
            if at is not None:
                lost[one.called][at] = TIE
    return replace(found, lost=lost)


def with_absent(found: Matrices, evaluators: Sequence[Evaluator], cells: Sequence[tuple[Any, ...]]) -> Matrices:
    """Count a failed cell as nothing by a metric of a node that its variant has not: there it is no answer at all."""
    lost = dict(found.lost)
    for one in evaluators:
        without = [variant for _, variant in _absent(cells, [one.called])] if one.node else []
        if without and one.worst is not None:
            lost[one.called] = np.full(found.failed.shape, one.worst)
            lost[one.called][without] = np.nan
    return replace(found, lost=lost)


def _absent(cells: Sequence[tuple[Any, ...]], names: Sequence[str]) -> set[tuple[str, int]]:
    """Return the metrics of nodes with the places of variants that have none."""
    return {
        (name, cell[1]) for name in names for cell in cells if (one := cell[4].get(name)) and one.get("label") == ABSENT
    }


def _has_marks(cells: Sequence[tuple[Any, ...]], name: str) -> bool:
    """Say whether any answer passed or failed by this metric."""
    return any((cell[4].get(name) or {}).get("passed") is not None for cell in cells)


def metrics_of(evaluators: Sequence[Evaluator], scores: dict[str, Floats]) -> list[Metric]:
    """Return how each metric is read, those alone that gave a number."""
    found = [
        Metric(one.called, one.aim == "higher", one.useful_margin, one.statistic, one.worst, _width(one))
        for one in evaluators
        if one.called in scores and not np.isnan(scores[one.called]).all()
    ]
    if OVERALL in scores and not np.isnan(scores[OVERALL]).all():
        found.append(Metric(OVERALL, width=1.0))
    return found


def _width(one: Evaluator) -> float | None:
    """Return how far a variant's score may lie from the baseline's, which stands at a tie where pairs are judged."""
    if one.scale is None:
        return None
    low, high = one.scale
    return max(high - TIE, TIE - low) if one.needs_pairs else high - low


def resources_of(evaluators: Sequence[Evaluator]) -> list[Metric]:
    """Return time and money, which are compared whether or not anybody asked, as questions of their own."""
    asked = {one.called for one in evaluators}
    found = [
        Metric(LATENCY, higher_is_better=False, statistic="p95", worst=None),
        Metric(LATENCY_P50, higher_is_better=False, statistic="p50", worst=None),
        Metric(COST, higher_is_better=False, worst=None),
    ]
    return [one for one in found if one.name not in asked]


def row_means(values: Floats) -> Floats:
    """Return the mean over repetitions, NaN where none is known."""
    known = ~np.isnan(values)
    counted = known.sum(axis=-1)
    sums = np.where(known, values, 0.0).sum(axis=-1)
    means: Floats = np.full(sums.shape, np.nan)
    np.divide(sums, counted, out=means, where=counted > 0)
    return means
