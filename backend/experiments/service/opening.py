"""Open one answer: what it was asked, with what, and what came of it."""

from __future__ import annotations

from typing import Any

from backend.errors import DomainError, Forbidden, NotFound
from backend.experiments.engine.rendering import HISTORY, given_to, history_of, rendered, result_of
from backend.experiments.models import REMOVED
from backend.experiments.outside import Row
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import cell_of, draft_of, pinned_of
from backend.experiments.types import OpenedCell, Pinned
from backend.operator import Operator, Permission

NO_ROW = "Its row is in the dataset no more, so what was asked cannot be told."


class Opening(Comparing):
    """What was asked is rendered anew, for a pinned version and a row of a pinned dataset never change."""

    async def cell(self, operator: Operator, experiment_id: str, number: int) -> OpenedCell:
        """Return one answer with what it was asked. Raise ExperimentNotFound, NotFound, Forbidden."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            kept = await Cells(session, operator.project_id).one(experiment_id, number)
        if kept is None:
            raise NotFound("There is no such answer.")
        variant = pinned_of(row)[kept.variant]
        cell = cell_of(kept, [one.name for one in draft_of(row).variants])
        given = None if cell.error == REMOVED else (await self._rows(operator, row)).get(cell.row)
        told: dict[str, Any] = {"given": {}, "messages": (), "tools": (), "problem": NO_ROW}
        if given is not None:
            told |= await self._told(operator, variant, given)
        results = {one["name"]: one.pop("result") for one in told["tools"]}
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
            "messages": tuple((one.role, one.content) for one in messages),
            "tools": tuple(
                {
                    "name": one.name,
                    "description": one.description,
                    "parameters": one.parameters,
                    "result": result_of(one),
                }
                for one in tools
            ),
            "problem": "",
        }
