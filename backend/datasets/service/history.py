"""Go back: undo one version, or make the rows what they were in an older one. Both are versions too."""

from __future__ import annotations

from collections.abc import Sequence

from backend.datasets.errors import CannotUndo, VersionNotFound
from backend.datasets.models import DatasetRow
from backend.datasets.repository import Datasets, Items
from backend.datasets.repository.items import values_again
from backend.datasets.service.group import UseCases, known
from backend.datasets.types import Act, Written
from backend.operator import Operator, Permission
from backend.unit_of_work import Work


class HistoryUseCases(UseCases):
    """To redo is to undo the version that an undo made."""

    async def undo(self, operator: Operator, dataset_id: str, version: int) -> Written:
        """Take back what one version did, whatever came after it. Raise NotFound, CannotUndo (a row changed since)."""
        operator.require(Permission.DATASETS_EDIT)
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            if not 1 <= version <= row.version:
                raise VersionNotFound
            items = Items(work.session, operator.project_id, dataset_id)
            done = await items.changed(version - 1, version)
            since = await items.changed(version, row.version)
            if touched := sorted(done.keys() & since.keys()):
                raise CannotUndo(touched[0])
            return await self._bring(work, operator, row, Act.UNDO, about=version, back_to=version - 1, rows=[*done])

    async def restore(self, operator: Operator, dataset_id: str, version: int) -> Written:
        """Make the rows what they were in a version. Raise NotFound."""
        operator.require(Permission.DATASETS_EDIT)
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            back_to = known(row, version)
            items = Items(work.session, operator.project_id, dataset_id)
            rows = [*await items.changed(row.version, back_to)]
            return await self._bring(work, operator, row, Act.RESTORE, about=version, back_to=back_to, rows=rows)

    async def _bring(
        self,
        work: Work,
        operator: Operator,
        row: DatasetRow,
        act: Act,
        *,
        about: int,
        back_to: int,
        rows: Sequence[int],
    ) -> Written:
        """Give these rows the state that they had in the version `back_to`."""
        items = Items(work.session, operator.project_id, row.id)
        then, now = await items.states(back_to, rows), await items.states(row.version, rows)
        return await self._step(
            work,
            operator,
            row,
            act,
            about=str(about),
            added=[values_again(state) for number, state in then.items() if number not in now],
            edited=[values_again(state) for number, state in then.items() if number in now],
            removed=[number for number in now if number not in then],
        )
