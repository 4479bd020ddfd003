"""Open one answer: what it was asked, with what, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from backend.errors import DomainError, Forbidden, NotFound
from backend.experiments.engine.node_answers import NodeAnswers
from backend.experiments.engine.rendering import HISTORY, given_to, history_of, rendered
from backend.experiments.evaluators.base import Case, Score
from backend.experiments.models import REMOVED, ExperimentCellRow, ExperimentRow
from backend.experiments.outside import Row
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import cell_of, draft_of, pinned_of
from backend.experiments.types import IN_WORDS, Cell, CellStatus, OpenedCell, Pinned
from backend.operator import Operator, Permission
from backend.prompts.asked import with_schema

NO_ROW = "Its row is in the dataset no more, so what was asked cannot be told."


def _baseline(row: ExperimentRow) -> int:
    return next((at for at, one in enumerate(draft_of(row).variants) if one.name == row.baseline), 0)


class Opening(Comparing):
    """What was asked is rendered anew, for a pinned version and a row of a pinned dataset never change."""

    async def cell(self, operator: Operator, experiment_id: str, number: int) -> OpenedCell:
        """Return one answer with what it was asked. Raise ExperimentNotFound, NotFound, Forbidden."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            cells = Cells(session, operator.project_id)
            kept = await cells.one(experiment_id, number)
            if kept is None:
                raise NotFound("There is no such answer.")
            beside = await cells.of_rows(experiment_id, [kept.row], [_baseline(row)])
        variant = pinned_of(row)[kept.variant]
        cell = cell_of(kept, [one.name for one in draft_of(row).variants])
        given = None if cell.error == REMOVED else (await self._rows(operator, row)).get(cell.row)
        told: dict[str, Any] = {"given": {}, "messages": (), "tools": (), "problem": NO_ROW}
        if given is not None:
            told |= await self._told(operator, variant, given)
            told["judged"] = await self._judged(operator, row, cell, given, beside)
        if cell.detail.get(IN_WORDS) and told["messages"]:
            told["messages"] = with_schema(told["messages"], variant.parameters["json_schema"])
        told["messages"] = tuple((one.role, one.content) for one in told["messages"])
        results = {one["name"]: result for one in told["tools"] if (result := one.pop("result"))}
        calls = cell.detail.get("tool_calls", ())
        return OpenedCell(
            cell=cell,
            kind=variant.kind,
            words=variant.words,
            model=str(cell.detail.get("model") or variant.model),
            parameters=variant.parameters,
            input=given.input if given else None,
            expected=given.expected if given else None,
            calls=tuple({**one, "result": results[one["name"]]} if one["name"] in results else one for one in calls),
            **told,
        )

    async def _judged(
        self, operator: Operator, row: ExperimentRow, cell: Cell, given: Row, beside: Sequence[ExperimentCellRow]
    ) -> dict[str, list[list[tuple[str, str]]]]:
        """Return what judges were asked about an answer that has scores; `beside` are the baseline's answers to it."""
        twins = [one for one in beside if one.repetition == cell.repetition and one.status == CellStatus.DONE]
        twin = next((one for one in twins if one.number != cell.number), None)
        case = Case(
            cell.output, given.input, given.expected, given.metadata, baseline_output=twin.output if twin else None
        )
        answers, asked = NodeAnswers(self._outside, operator, cell.run_id, case), {}
        for one in await self._evaluators(draft_of(row).evaluators):
            if one.called not in cell.scores:
                continue
            with contextlib.suppress(DomainError):  # its run is kept no more, or is for whoever may read flows
                if not isinstance(shown := await answers.of(one), Score):
                    questions = one.questions(shown)
                    asked[one.called] = [[(said.role, said.content) for said in question] for question in questions]
        # A judge of pairs that failed in one order was not asked in the next.
        return {
            name: questions[: cell.scores[name].get("order") or 1] if cell.scores[name].get("error") else questions
            for name, questions in asked.items()
            if questions
        }

    async def _told(self, operator: Operator, variant: Pinned, row: Row) -> dict[str, Any]:
        """Return what a variant asks of a row, or why that cannot be told any more."""
        if variant.kind == "flow":
            history = history_of(variant, row)
            said = {HISTORY: list(history)} if history else {}
            return {"given": {**given_to(variant, row), **said}, "problem": ""}
        try:
            messages, tools = await rendered(self._outside, operator, variant, row)
        except Forbidden:
            raise
        except DomainError as error:
            return {"problem": f"{error.message} {error.hint}".strip()}
        return {
            "messages": messages,
            "tools": tuple(
                {
                    "name": one.name,
                    "description": one.description,
                    "parameters": one.parameters,
                    "result": one.result,
                }
                for one in tools
            ),
            "problem": "",
        }
