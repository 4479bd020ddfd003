"""What people say of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.audit.repository import AuditTrail
from backend.columns import storable
from backend.errors import Conflict, InvalidInput, NotFound
from backend.experiments.outside import Row
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import target
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import cell_of, draft_of
from backend.experiments.types import Asked, Cell, CellStatus, Review, Reviews
from backend.operator import Operator, Permission

MOST_REVIEWS = 50


class Reviewing(Comparing):
    """Human review: the scores that wait for a person."""

    async def reviews(
        self, operator: Operator, experiment_id: str, *, after: int = -1, limit: int = MOST_REVIEWS
    ) -> Reviews:
        """Return answers that wait for a person's score, those behind the number `after`. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_REVIEW)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            cells = Cells(session, operator.project_id)
            people = [one for one in await self._evaluators(draft_of(row).evaluators) if one.needs_person]
            asked = {one.called: Asked(one.called, one.question, one.min, one.max) for one in people}
            scores = await cells.scores(experiment_id) if people else []
            waiting = [number for number, given in scores if _unanswered(given, asked)]
            wanted = [number for number in waiting if number > after][: min(limit, MOST_REVIEWS)]
            found = await cells.numbered(experiment_id, wanted)
        rows = await self._rows(operator, row) if found else {}
        items = []
        for cell in found:
            given = rows.get(cell.row) or Row("", cell.row, {})
            left = tuple(asked[name] for name in _unanswered(cell.scores, asked))
            items.append(Review(cell.number, cell.row, given.input, given.expected, cell.output, left))
        return Reviews(tuple(items), len(waiting), len(scores) - len(waiting))

    async def review(
        self,
        operator: Operator,
        experiment_id: str,
        number: int,
        name: str,
        *,
        value: float,
        reason: str = "",
        over_others: bool = True,
    ) -> Cell:
        """Give one answer a person's score; a second one takes its place.

        Raise NotFound, InvalidInput, and Conflict where somebody else scored it and not `over_others`.
        """
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
            if not over_others and before and before["value"] is not None and before.get("by") != operator.user_id:
                by = before.get("label") or "Somebody else"
                raise Conflict(f"{by} has scored this answer meanwhile.", hint="That score stays.")
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


def _unanswered(scores: Mapping[str, Any], asked: Mapping[str, Asked]) -> list[str]:
    """Return what a person has not said of an answer yet."""
    return [name for name in asked if (scores.get(name) or {}).get("value") is None]
