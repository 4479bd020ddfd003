"""Which rows changed, by one metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backend.experiments.analysis.matrices import matrices, row_means
from backend.experiments.analysis.repeated import is_unsteady
from backend.experiments.types import UNASKED, CellStatus, Change, RowCounts

HALF = 0.5
Found = tuple[int, Change, float | None, float | None, bool]


def changes(
    cells: Sequence[tuple[Any, ...]],
    metric: str,
    num_variants: int,
    repetitions: int,
    *,
    pair: tuple[int, int],
) -> tuple[list[Found], RowCounts]:
    """Compare a `pair` (baseline, variant): return (row, change, both values, is unsteady), broken first, then fixed.

    A row with repetitions passes where most of them do; it is unsteady where of either side some do and some do not.
    Without a pass mark a row is "other", and where no answer at all succeeded every row fails on both sides.
    """
    baseline, variant = pair
    names = [] if metric in UNASKED else [metric]
    found = matrices(cells, names, num_variants, repetitions)
    values = row_means(found.scores[metric])
    marks = row_means(found.passed[metric]) if metric in found.passed else None
    unsteady = [False] * len(found.rows)
    if metric in found.passed:
        unsteady = np.any([is_unsteady(found.passed[metric][at]) for at in pair], axis=0).tolist()
    is_hopeless = all(cell[3] != CellStatus.DONE for cell in cells)
    told: list[Found] = []
    for at, row in enumerate(found.rows):
        change: Change = "both_fail" if is_hopeless else "other"
        if marks is not None and not np.isnan(marks[[baseline, variant], at]).any():
            change = _change(bool(marks[baseline, at] > HALF), bool(marks[variant, at] > HALF))
        told.append((row, change, _number(values[baseline, at]), _number(values[variant, at]), unsteady[at]))
    order = ("broken", "fixed", "both_fail", "both_pass", "other")
    counts = {name: sum(1 for one in told if one[1] == name) for name in order}
    return sorted(told, key=lambda one: (order.index(one[1]), one[0])), RowCounts(**counts)


def _change(old: bool, new: bool) -> Change:  # noqa: FBT001  # two of a kind
    if old and new:
        return "both_pass"
    if old:
        return "broken"
    return "fixed" if new else "both_fail"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
