"""The second pass: answers beside the baseline's, once both are there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.experiments.engine.ledger import Ledger
from backend.experiments.engine.scoring import Scoring
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.outside import Outside, Row
from backend.experiments.repository import Cells
from backend.experiments.types import CellStatus
from backend.ports.database import OfProject

AT_ONCE = 200


def num_to_pair(numbers: Iterable[tuple[Any, ...]], names: Sequence[str], baseline: int) -> int:
    """Count the cells that pair judges of these names are to see, of cells as `Cells.numbers` gives them."""
    return sum(
        variant != baseline and status != CellStatus.FAILED and any(name not in scores for name in names)
        for _, variant, _, status, scores, *_ in numbers
    )


class Pairing:
    """Hands out cells that no pair judge has seen; one that was judged before a crash is not judged again."""

    def __init__(
        self,
        outside: Outside,
        experiment: ExperimentRow,
        ledger: Ledger,
        *,
        scoring: Scoring,
        rows: Mapping[int, Row],
        baseline: int,
    ) -> None:
        self._outside, self._experiment, self._ledger = outside, experiment, ledger
        self._scoring, self._rows, self._baseline = scoring, rows, baseline
        self._ready: deque[ExperimentCellRow] = deque()
        self._outputs: dict[tuple[int, int], str] = {}
        self._after = -1
        self._is_dry = False

    async def next(self) -> Decimal | None:
        """Judge one more and return what that cost; None when none is left."""
        while not self._ready and not self._is_dry:
            await self._fill()
        if not self._ready:
            return None
        cell = self._ready.popleft()
        theirs, before = self._outputs.get((cell.row, cell.repetition)), cell.judge_cost
        try:
            await self._scoring.pair(cell, theirs, self._rows[cell.row], self._keep)
        except BaseException:
            self._ledger.leave(cell, adding=True)
            raise
        await self._keep(cell)
        return cell.judge_cost - before

    async def _keep(self, cell: ExperimentCellRow) -> None:
        await self._ledger.write(cell, adding=True)

    async def _fill(self) -> None:
        after = self._after
        async with self._outside.units.read(OfProject(self._experiment.project_id)) as session:
            cells = Cells(session, self._experiment.project_id)
            found = await cells.page(
                self._experiment.id, after=after, limit=AT_ONCE, statuses=[CellStatus.DONE, CellStatus.FAILED]
            )
            rows = sorted({cell.row for cell in found})
            baselines = await cells.of_rows(self._experiment.id, rows, [self._baseline]) if rows else []
        if self._after != after:
            return  # another worker was quicker
        self._is_dry = len(found) <= AT_ONCE
        for one in baselines:
            if one.status == CellStatus.DONE:
                self._outputs[one.row, one.repetition] = one.output
        names = [one.called for one in self._scoring.pairs]
        for cell in found[:AT_ONCE]:
            self._after = cell.number
            if cell.variant == self._baseline or cell.status != CellStatus.DONE or cell.row not in self._rows:
                continue
            if any(name not in cell.scores for name in names):
                self._ready.append(cell)
