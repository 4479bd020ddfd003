"""Which rows a model wrote by which others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.datasets.errors import RowRemoved
from backend.datasets.models import DatasetItemRow, DatasetOriginRow


async def move_origins(session: AsyncSession, project_id: str, reference: str, to: str) -> None:
    """Let rows that were written by one of a message be found by the message that follows it."""
    row = DatasetOriginRow
    ours, moved = col(row.project_id) == project_id, col(row.reference) == reference
    both = select(row.item_id).where(ours, col(row.reference) == to)
    await session.exec(delete(row).where(ours, moved, col(row.item_id).in_(both.scalar_subquery())))
    await session.exec(update(row).where(ours, moved).values(reference=to).execution_options(synchronize_session=False))


class Origins:
    """Opened for one unit of work; sees one dataset of one project."""

    def __init__(self, session: AsyncSession, project_id: str, dataset_id: str) -> None:
        self._session, self._project_id, self._dataset_id = session, project_id, dataset_id

    async def of(self, numbers: Sequence[int]) -> list[str]:
        """Return what leads to these rows in any version: their ids, and what they came from themselves.

        Raise RowRemoved for one that has no version left: only the removal of a conversation takes all of them.
        """
        row = DatasetItemRow
        statement = select(row.row, row.item_id, row.source_reference).where(
            row.project_id == self._project_id, row.dataset_id == self._dataset_id, col(row.row).in_(numbers)
        )
        found = (await self._session.exec(statement.distinct())).all()
        if gone := set(numbers) - {number for number, _, _ in found}:
            raise RowRemoved(min(gone))
        return sorted({one for _, item_id, reference in found for one in (item_id, reference) if one})

    async def note(self, item_ids: Sequence[str], references: Sequence[str]) -> None:
        """Write down that a model went by these for each of the rows."""
        rows = [
            {"item_id": item_id, "reference": reference, "project_id": self._project_id}
            for item_id in item_ids
            for reference in references
        ]
        if rows:
            await (await self._session.connection()).execute(insert(DatasetOriginRow), rows)
