"""What the use cases of experiments share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.types import Target
from backend.experiments.engine.executor import Executor
from backend.experiments.errors import EXPERIMENT
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside
from backend.experiments.repository import Cells, Experiments
from backend.experiments.shapes import experiment_of
from backend.experiments.types import Experiment


class UseCases:
    """The base of each group; `KIND` is which rows of the table they are of."""

    KIND: ClassVar[str] = EXPERIMENT

    def __init__(self, outside: Outside, executor: Executor) -> None:
        self._outside, self._executor = outside, executor
        self._units = outside.units

    def _kept(self, session: AsyncSession, project_id: str) -> Experiments:
        return Experiments(session, project_id, self.KIND)

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
    return Target(row.kind, row.id, row.name)
