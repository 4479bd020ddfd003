"""All answers of an experiment as a file, for whoever counts elsewhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Row
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import draft_of
from backend.experiments.types import OVERALL
from backend.operator import Operator, Permission
from backend.spreadsheets import csv_line

AT_ONCE = 500
BEFORE = ("number", "row", "variant", "repetition", "status", "input", "expected", "answer", "error")
BEHIND = ("latency_ms", "cost", "tokens_in", "tokens_out", "run")


class Exporting(Comparing):
    """A line for each answer, a column for each score."""

    async def export(self, operator: Operator, experiment_id: str) -> AsyncIterator[bytes]:
        """Return it as CSV in blocks, which no spreadsheet takes for formulas. Raise ExperimentNotFound at once."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        draft = draft_of(row)
        metrics = [*(one.called for one in await self._evaluators(draft.evaluators)), OVERALL]
        names, rows = [one.name for one in draft.variants], await self._rows(operator, row)

        async def blocks() -> AsyncIterator[bytes]:
            yield f"\ufeff{csv_line([*BEFORE, *metrics, *BEHIND])}".encode()
            after = -1
            while True:
                async with self._units.read(operator) as session:
                    found = await Cells(session, operator.project_id).page(row.id, after=after, limit=AT_ONCE)
                if not found:
                    return
                after = found[-1].number
                yield "".join(csv_line(_line(cell, names, metrics, rows)) for cell in found).encode()

        return blocks()


def _line(cell: ExperimentCellRow, names: Sequence[str], metrics: Sequence[str], rows: Mapping[int, Row]) -> list[Any]:
    given = rows.get(cell.row) or Row("", cell.row, {})
    before = (cell.number, cell.row, names[cell.variant], cell.repetition + 1, cell.status, _text(given.input),
              _text(given.expected), cell.output, cell.error)  # fmt: skip
    scores = [(cell.scores.get(name) or {}).get("value") for name in metrics]
    behind = (cell.latency_ms, f"{cell.cost + cell.judge_cost:f}", cell.tokens_in, cell.tokens_out, cell.run_id)
    return [*before, *("" if score is None else score for score in scores), *behind]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
