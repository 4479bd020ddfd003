"""Rows of datasets that came from a conversation, also by way of other rows that a model was shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.repository.places import one_of
from backend.datasets.models import DatasetItemRow, DatasetOriginRow, DatasetRow

# By which column each table says from what its row came.
WAYS: tuple[tuple[Any, Any], ...] = (
    (DatasetItemRow, DatasetItemRow.source_reference),
    (DatasetOriginRow, DatasetOriginRow.reference),
)


class Made:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def of(self, origins: Sequence[Any]) -> list[str]:
        """Return the ids of rows that came from what `origins`, queries of ids, name."""
        found: dict[str, str] = {}
        for row, reference in WAYS:
            among = or_(*(col(reference).in_(one) for one in origins))
            statement = select(row.item_id).where(row.project_id == self._project_id, among).distinct()
            found |= dict.fromkeys(await self._session.exec(statement), "")
        return sorted({*found, *await self.whose(found)})

    async def whose(self, references: Mapping[str, str], *, lock: bool = False) -> dict[str, str]:
        """Return the ids of rows that came from these, each with what the reference stands for that led to it.

        With `lock` rows that are being written by one of them are waited for, and nobody adds more until the unit ends.
        """
        found: dict[str, str] = {}
        fresh = dict(references)
        while fresh:
            these = await self._next(fresh)
            fresh = {item_id: whose for item_id, whose in these.items() if item_id not in found}
            found |= fresh
            if lock and fresh:
                await self._hold(fresh)
        return found

    async def _next(self, references: Mapping[str, str]) -> dict[str, str]:
        """Return the rows that came from these with nothing between."""
        found: dict[str, str] = {}
        for row, reference in WAYS:
            among = one_of(col(reference), list(references), self._dialect)
            statement = select(row.item_id, reference).where(row.project_id == self._project_id, among).distinct()
            found |= {item_id: references[led_by] for item_id, led_by in await self._session.exec(statement)}
        return found

    async def _hold(self, item_ids: Collection[str]) -> None:
        rows = select(DatasetItemRow.dataset_id).where(
            DatasetItemRow.project_id == self._project_id,
            one_of(col(DatasetItemRow.item_id), list(item_ids), self._dialect),
        )
        ours = DatasetRow.project_id == self._project_id, col(DatasetRow.id).in_(rows.scalar_subquery())
        statement = select(DatasetRow.id).where(*ours).order_by(col(DatasetRow.id))
        await self._session.exec(statement.with_for_update(key_share=True))
