"""What people say of answers."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.columns import storable
from backend.errors import InvalidInput, NotFound
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import UseCases, target
from backend.experiments.shapes import cell_of, draft_of
from backend.experiments.types import Cell, CellStatus
from backend.operator import Operator, Permission


class Reviewing(UseCases):
    """Human review: the scores that wait for a person."""

    async def review(
        self, operator: Operator, experiment_id: str, number: int, name: str, *, value: float, reason: str = ""
    ) -> Cell:
        """Give one answer a person's score; a second one takes its place. Raise NotFound, InvalidInput."""
        operator.require(Permission.EXPERIMENTS_REVIEW)
        async with self._units.write(operator) as work:
            row = await Experiments(work.session, operator.project_id).get(experiment_id)
            draft = draft_of(row)
            evaluators = {one.called: one for one in await self._evaluators(draft.evaluators) if one.needs_person}
            if name not in evaluators:
                hint = f"People are asked for {', '.join(evaluators) or 'nothing here'}."
                raise InvalidInput(f"Nobody is asked for {name}.", hint=hint, fields={"name": hint})
            cell = await Cells(work.session, operator.project_id).one(experiment_id, number, lock=True)
            if cell is None or cell.status != CellStatus.DONE:
                raise NotFound("There is no such answer.")
            score = evaluators[name].given(value, str(storable(reason)), operator.name)
            before = cell.scores.get(name)
            cell.scores = {**cell.scores, name: {**score.as_json(), "by": operator.user_id}}
            work.session.add(cell)
            await AuditTrail(work.session).record(
                operator,
                "experiment.review",
                target(row),
                before={"cell": number, name: (before or {}).get("value")},
                after={"cell": number, name: score.value},
            )
            return cell_of(cell, [one.name for one in draft.variants])
