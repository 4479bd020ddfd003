"""What the tries of a row say, as columns of the file of all answers; none where each row was answered once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backend.experiments.analysis.matrices import matrices
from backend.experiments.analysis.repeated import is_unsteady, repeated_of, stood_alone
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.models import ExperimentCellRow
from backend.experiments.types import OVERALL, CellStatus, Share

DIGITS = 6


class Tried:
    """Beside each answer whether it passed and whether its row wavers, then how likely its variant passes."""

    def __init__(
        self,
        cells: Sequence[tuple[Any, ...]],
        evaluators: Sequence[Evaluator],
        variants: Sequence[str],
        repetitions: int,
        judged_against: str,
    ) -> None:
        """Take cells as `matrices` does; only rows that every variant answered as often as was asked for count."""
        names = [*(one.called for one in evaluators), OVERALL]
        found = matrices(cells, names, len(variants), repetitions)
        told = repeated_of(found, names, variants, unopposed=stood_alone(evaluators, judged_against))
        self._of = {(one.metric, variants.index(one.variant)): one for one in told}
        self._metrics = list(dict.fromkeys(one.metric for one in told))
        self._repetitions, self._rows = repetitions, frozenset(found.rows)
        self._unsteady = {
            (metric, at, row)
            for metric in self._metrics
            for at in range(len(variants))
            for row, wavers in zip(found.rows, is_unsteady(found.passed[metric][at]), strict=True)
            if wavers
        }

    @property
    def head(self) -> list[str]:
        k = self._repetitions
        return [
            f"{metric}, {words}"
            for metric in self._metrics
            for words in ("passed", "row unsteady", "pass@1", f"pass@{k}", f"pass^{k}")
        ]

    def line(self, cell: ExperimentCellRow) -> list[Any]:
        return [entry for metric in self._metrics for entry in self._of_metric(cell, metric)]

    def _of_metric(self, cell: ExperimentCellRow, metric: str) -> list[Any]:
        passed = (cell.scores.get(metric) or {}).get("passed")
        passed = False if cell.status == CellStatus.FAILED else passed
        wavers = (metric, cell.variant, cell.row) in self._unsteady
        one = self._of.get((metric, cell.variant))
        shares = [one.pass_at_1, one.pass_at_k, one.pass_all_k] if one else [None] * 3
        return [_word(passed), _word(wavers if cell.row in self._rows else None), *map(_share, shares)]


def _word(holds: bool | None) -> str:  # noqa: FBT001  # None for what is not known
    return "" if holds is None else "yes" if holds else "no"


def _share(share: Share | None) -> Any:
    return "" if share is None or math.isnan(share.value) else round(share.value, DIGITS)
