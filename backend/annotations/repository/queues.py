"""Every statement on queues as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, cast, delete, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.errors import QueueNotFound
from backend.annotations.models import AnnotationItemRow, AnnotationQueueRow, AnnotationRow
from backend.annotations.repository.items import in_parts


class Queues:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: AnnotationQueueRow) -> None:
        self._session.add(row)

    async def get(self, queue_id: str, *, lock: bool = False) -> AnnotationQueueRow:
        """Raise QueueNotFound."""
        statement = select(AnnotationQueueRow).where(
            AnnotationQueueRow.id == queue_id, AnnotationQueueRow.project_id == self._project_id
        )
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise QueueNotFound
        return row

    async def all(self) -> Sequence[AnnotationQueueRow]:
        """Return every queue by name."""
        ours = col(AnnotationQueueRow.project_id) == self._project_id
        return (
            await self._session.exec(select(AnnotationQueueRow).where(ours).order_by(AnnotationQueueRow.name))
        ).all()

    async def counts(self, queue_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return how many items each queue has, and how many of them are done."""
        row = AnnotationItemRow
        statement = (
            select_columns(col(row.queue_id), func.count(), func.coalesce(func.sum(cast(col(row.is_done), Integer)), 0))
            .where(col(row.project_id) == self._project_id, col(row.queue_id).in_(queue_ids))
            .group_by(col(row.queue_id))
        )
        found = await (await self._session.connection()).execute(statement)
        return {queue_id: (num_items, num_done) for queue_id, num_items, num_done in found.all()}

    async def take_out(self, queue_id: str, item_ids: Sequence[str]) -> int:
        """Take out the items of which nobody said anything; return how many that were."""
        item, said, num = AnnotationItemRow, AnnotationRow, 0
        for ids in in_parts(item_ids):
            labelled = select(said.item_id).where(said.project_id == self._project_id, col(said.item_id).in_(ids))
            ours = col(item.project_id) == self._project_id, col(item.queue_id) == queue_id, col(item.id).in_(ids)
            num += (await self._session.exec(delete(item).where(*ours, col(item.id).not_in(labelled)))).rowcount
        return num

    async def has_labels(self, queue_id: str) -> bool:
        statement = (
            select(AnnotationRow.item_id)
            .where(AnnotationRow.queue_id == queue_id, AnnotationRow.project_id == self._project_id)
            .limit(1)
        )
        return (await self._session.exec(statement)).first() is not None

    async def delete(self, row: AnnotationQueueRow) -> None:
        """Delete a queue with its items and labels."""
        for part in (AnnotationRow, AnnotationItemRow):
            await self._session.exec(
                delete(part).where(col(part.project_id) == self._project_id, col(part.queue_id) == row.id)
            )
        await self._session.delete(row)
