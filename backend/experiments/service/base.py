"""What the use cases of experiments share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.types import Target
from backend.experiments.engine.executor import Executor
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside
from backend.experiments.repository import Cells
from backend.experiments.shapes import experiment_of
from backend.experiments.types import Experiment


class UseCases:
    """The base of each group."""

    def __init__(self, outside: Outside, executor: Executor) -> None:
        self._outside, self._executor = outside, executor
        self._units = outside.units

    async def _evaluators(self, specs: Sequence[Any]) -> list[Any]:
        """Return the evaluators of an experiment. Raise InvalidInput."""
        registry = await self._outside.late("evaluators.registry")
        found: list[Any] = registry.read(specs)
        for one in found:
            if one.kind == "json_schema":
                self._outside.schemas.checker(one.schema_)
        return found

    async def _fitting(self, specs: Sequence[Any]) -> list[Any]:
        """Return the evaluators of what is kept anew, whose numbers lie on their scales. Raise InvalidInput."""
        found = await self._evaluators(specs)
        (await self._outside.late("evaluators.fitting")).fit(found)
        return found

    async def _shown(self, session: AsyncSession, row: ExperimentRow) -> Experiment:
        progress = await Cells(session, row.project_id).progress([row.id])
        return experiment_of(row, progress.get(row.id), self._executor.told(row.id))


def target(row: ExperimentRow) -> Target:
    return Target("experiment", row.id, row.name)
