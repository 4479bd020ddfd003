"""Whether the judges of an experiment agree with people as they did before they were changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.comparing import Comparing, names_of
from backend.experiments.shapes import draft_of
from backend.experiments.types import JudgeDrift
from backend.operator import Operator, Permission


class Drifting(Comparing):
    """A judge is the same one by its name, over the rows of one dataset."""

    async def drifts(self, operator: Operator, experiment_id: str) -> Sequence[JudgeDrift]:
        """Return how its changed judges stand beside people, and how they stood. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        drifting = await self._outside.late("analysis.drifting")
        async with self._units.read(operator) as session:
            rows, cells = Experiments(session, operator.project_id), Cells(session, operator.project_id)
            row = await rows.get(experiment_id)
            evaluators = await self._evaluators(draft_of(row).evaluators)
            judges = {one.called for one in evaluators if one.num_calls}
            before = [one for one in await rows.done_over(row.dataset_id) if one.id < row.id] if judges else []
            asked = []
            for one in before:
                theirs = await self._evaluators(draft_of(one).evaluators)
                if _held_against_people(theirs, judges):
                    asked.append(drifting.Asked(theirs, names_of(one), await cells.numbers(one.id)))
            if not asked:
                return ()
            now = drifting.Asked(evaluators, names_of(row), await self._own(cells, row, evaluators))
        found: Sequence[JudgeDrift] = drifting.drifts_of(now, asked)
        return found

    async def _own(self, cells: Cells, row: ExperimentRow, evaluators: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
        return await cells.numbers(row.id) if any(one.needs_person for one in evaluators) else ()


def _held_against_people(evaluators: Sequence[Any], judges: set[str]) -> bool:
    is_asked = any(one.num_calls and one.called in judges for one in evaluators)
    return is_asked and any(one.needs_person for one in evaluators)
