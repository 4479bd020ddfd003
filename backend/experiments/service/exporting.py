"""All answers of an experiment as a file, for whoever counts elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Row
from backend.experiments.repository import Cells
from backend.experiments.service.comparing import Comparing, names_of
from backend.experiments.shapes import draft_of
from backend.experiments.types import OVERALL
from backend.operator import Operator, Permission
from backend.spreadsheets import csv_line

AT_ONCE = 500
BEFORE = ("number", "row", "variant", "repetition", "status", "input", "expected", "answer", "error")
BEHIND = ("latency_ms", "cost", "tokens_in", "tokens_out", "run", "taken_over")


class Exporting(Comparing):
    """A line for each answer: its scores, of judges what each said and why, and how steadily its variant passes."""

    async def export(self, operator: Operator, experiment_id: str) -> AsyncIterator[bytes]:
        """Return it as CSV in blocks, which no spreadsheet takes for formulas. Raise ExperimentNotFound at once."""
        operator.require(Permission.EXPERIMENTS_READ)
        row, numbers = await self._numbers(operator, experiment_id)
        draft = draft_of(row)
        evaluators = await self._evaluators(draft.evaluators)
        metrics = [*(one.called for one in evaluators), OVERALL]
        judges = [(one.called, at) for one in evaluators if one.num_calls for at in range(len(one.judges))]
        by_judge = [f"{name}, judge {at + 1}{said}" for name, at in judges for said in ("", ": verdict", ": reason")]
        names, rows = names_of(row), await self._rows(operator, row)
        tried = (await self._outside.late("analysis.tried")).Tried
        tries = await asyncio.to_thread(tried, numbers, evaluators, names, draft.repetitions, row.baseline)

        async def blocks() -> AsyncIterator[bytes]:
            yield f"\ufeff{csv_line([*BEFORE, *metrics, *BEHIND, *by_judge, *tries.head])}".encode()
            after = -1
            while True:
                async with self._units.read(operator) as session:
                    found = await Cells(session, operator.project_id).page(row.id, after=after, limit=AT_ONCE)
                if not found:
                    return
                after = found[-1].number
                yield "".join(
                    csv_line([*_line(cell, names, metrics, rows), *_by_judge(cell, judges), *tries.line(cell)])
                    for cell in found
                ).encode()

        return blocks()


def _line(cell: ExperimentCellRow, names: Sequence[str], metrics: Sequence[str], rows: Mapping[int, Row]) -> list[Any]:
    given = rows.get(cell.row) or Row("", cell.row, {})
    before = (cell.number, cell.row, names[cell.variant], cell.repetition + 1, cell.status, _text(given.input),
              _text(given.expected), cell.output, cell.error)  # fmt: skip
    scores = [(cell.scores.get(name) or {}).get("value") for name in metrics]
    behind = (cell.latency_ms, f"{cell.cost + cell.judge_cost:f}", cell.tokens_in, cell.tokens_out, cell.run_id,
              "yes" if cell.taken_over else "")  # fmt: skip
    return [*before, *("" if score is None else score for score in scores), *behind]


def _by_judge(cell: ExperimentCellRow, judges: Sequence[tuple[str, int]]) -> list[Any]:
    """Return who judged, what was said, and why. A single judge is not named: the score is its own."""
    told: list[Any] = []
    for name, at in judges:
        score = cell.scores.get(name) or {}
        panel = score.get("judges") or ([score] if at == 0 and (name, 1) not in judges else [])
        said = panel[at] if at < len(panel) else {}
        value = said.get("label") or said.get("value")
        told += [said.get("model", ""), "" if value is None else value, said.get("error") or said.get("reason", "")]
    return told


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
