"""Write which cells an experiment has, in the order of asking, while rows of its dataset may be removed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from backend.columns import utc_now
from backend.experiments.engine.taking_over import taken_over
from backend.experiments.errors import JUDGEMENT
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside, Row
from backend.experiments.repository import Cells, Ownership
from backend.experiments.types import CellStatus, Draft
from backend.operator import Operator

AT_ONCE = 5_000


class Making:
    """Of one attempt, before it asks anything."""

    def __init__(
        self, outside: Outside, experiment: ExperimentRow, draft: Draft, num_variants: int, operator: Operator
    ) -> None:
        self._outside, self._experiment, self._draft = outside, experiment, draft
        self._num_variants, self._operator = num_variants, operator

    async def run(self) -> Sequence[Row]:
        """Write the cells that there are not yet, some thousand at a time; return the rows. Raise AttemptLost.

        Those of a judgement were written with it, and have no rows.
        """
        if self._experiment.kind == JUDGEMENT:
            return []
        made, rows = await self._made(), await self._rows()
        while some := self._next(rows, made):
            if self._draft.answers_of:
                some = await taken_over(self._outside, self._operator, self._experiment, self._draft, some)
            async with self._outside.units.write(self._operator) as work:
                ownership = Ownership(work.session)
                await ownership.hold(self._experiment, utc_now())
                await ownership.make(self._experiment, some, self._experiment.num_made + len(some))
            self._experiment.num_made += len(some)
            made.update(cell["row"] for cell in some)
            rows = await self._rows()
            # A removal waits for this unit, or this unit for it: what it took before stands in no version now.
            if gone := {cell["item_id"] for cell in some} - {row.id for row in rows}:
                async with self._outside.units.write(self._operator) as work:
                    await Ownership(work.session).leave_out(self._experiment, gone)
        return rows

    async def _made(self) -> Counter[int]:
        """Return how many cells there are of each row, by its number."""
        if not self._experiment.num_made:
            return Counter()
        async with self._outside.units.read(self._operator) as session:
            return Counter(await Cells(session, self._experiment.project_id).made(self._experiment.id))

    async def _rows(self) -> Sequence[Row]:
        wanted = self._experiment.dataset_id, self._experiment.dataset_version, self._draft.part
        return (await self._outside.rows(self._operator, *wanted)).rows

    def _next(self, rows: Sequence[Row], made: Mapping[int, int]) -> list[dict[str, Any]]:
        """Return the next cells, none at the end; all of one dataset row lie together.

        What is left of the rows is told by `made` and not by places, which change where a row is removed.
        """
        a_row, some = self._draft.repetitions * self._num_variants, list[dict[str, Any]]()
        for row in self._order(rows):
            for within in range(made.get(row.number, 0), a_row):
                repetition, variant = divmod(within, self._num_variants)
                some.append(
                    cell_values(self._experiment, row, self._experiment.num_made + len(some), variant, repetition)
                )
            if len(some) >= AT_ONCE:
                break
        return some

    def _order(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows as they are asked: shuffled where a look before the end must be fair."""
        order = list(rows)
        if self._draft.early_stop:
            random.Random(self._experiment.id).shuffle(order)  # noqa: S311  # repeatable, not secret
        return order


def cell_values(experiment: ExperimentRow, row: Row, number: int, variant: int, repetition: int) -> dict[str, Any]:
    """Return a cell that waits, as it is inserted."""
    return {
        "experiment_id": experiment.id,
        "number": number,
        "project_id": experiment.project_id,
        "row": row.number,
        "item_id": row.id,
        "variant": variant,
        "repetition": repetition,
        "status": CellStatus.PENDING.value,
        "attempt": 0,
        "tries": 0,
        "output": "",
        "detail": {},
        "scores": {},
        "error": "",
        "run_id": "",
        "tokens_in": 0,
        "tokens_out": 0,
        "cost": 0,
        "judge_cost": 0,
        "latency_ms": 0.0,
        "taken_over": False,
        "finished_at": None,
    }
