"""Every statement on knowledge bases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.knowledge.errors import KnowledgeBaseNotFound
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.knowledge.types import IN_WORK, DocumentStatus, KnowledgeBase, Tally
from backend.paging import Listed, Page

NOTHING = Tally()
# Made once: every search asks it.
MANY = select_columns(*KnowledgeBaseRow.metadata.tables["knowledge_base"].columns).where(
    col(KnowledgeBaseRow.project_id) == bindparam("at"),
    col(KnowledgeBaseRow.id).in_(bindparam("ids", expanding=True)),
    col(KnowledgeBaseRow.deleted_at).is_(None),
)


class KnowledgeBases:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    def add(self, row: KnowledgeBaseRow) -> None:
        self._session.add(row)

    async def page(self, page: Page) -> Listed[KnowledgeBase]:
        """Return the project's bases, newest first."""
        statement = (
            select(KnowledgeBaseRow)
            .where(KnowledgeBaseRow.project_id == self._project_id, col(KnowledgeBaseRow.deleted_at).is_(None))
            .order_by(col(KnowledgeBaseRow.id).desc())
            .limit(page.limit + 1)
        )
        if page.after:
            statement = statement.where(col(KnowledgeBaseRow.id) < page.after)
        rows = (await self._session.exec(statement)).all()
        tallies = await self._tallies([row.id for row in rows])
        return Listed.cut([_base(row, tallies.get(row.id, NOTHING)) for row in rows], page)

    async def get(self, knowledge_base_id: str) -> KnowledgeBase:
        """Return one base with its tally. Raise KnowledgeBaseNotFound."""
        row = await self._row(knowledge_base_id)
        tallies = await self._tallies([row.id])
        return _base(row, tallies.get(row.id, NOTHING))

    async def many(self, knowledge_base_ids: Sequence[str]) -> list[KnowledgeBase]:
        """Return the bases without their tallies. Raise KnowledgeBaseNotFound unless each one is there."""
        wanted = set(knowledge_base_ids)
        connection = await self._session.connection()
        rows = (await connection.execute(MANY, {"at": self._project_id, "ids": list(wanted)})).all()
        if len(rows) != len(wanted):
            raise KnowledgeBaseNotFound
        return [_base(row, NOTHING) for row in rows]

    async def change(self, knowledge_base_id: str) -> KnowledgeBaseRow:
        """Return the row to be written to; nobody else writes to it until the unit ends."""
        return await self._row(knowledge_base_id, lock=True)

    async def _row(self, knowledge_base_id: str, *, lock: bool = False) -> KnowledgeBaseRow:
        statement = select(KnowledgeBaseRow).where(
            KnowledgeBaseRow.project_id == self._project_id,
            KnowledgeBaseRow.id == knowledge_base_id,
            col(KnowledgeBaseRow.deleted_at).is_(None),
        )
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise KnowledgeBaseNotFound
        return row

    async def _tallies(self, ids: Sequence[str]) -> dict[str, Tally]:
        status = col(DocumentRow.status)
        statement = (
            select_columns(
                col(DocumentRow.knowledge_base_id),
                func.count(),
                func.coalesce(func.sum(case((status == DocumentStatus.DONE, col(DocumentRow.num_chunks)), else_=0)), 0),
                func.coalesce(func.sum(case((status.in_(IN_WORK), 1), else_=0)), 0),
                func.coalesce(func.sum(case((status == DocumentStatus.FAILED, 1), else_=0)), 0),
                func.max(col(DocumentRow.updated_at)),
            )
            .where(
                col(DocumentRow.project_id) == self._project_id,
                col(DocumentRow.knowledge_base_id).in_(ids),
                col(DocumentRow.deleted_at).is_(None),
            )
            .group_by(col(DocumentRow.knowledge_base_id))
        )
        rows = (await (await self._session.connection()).execute(statement)).all()
        return {
            base: Tally(int(documents), int(chunks), int(in_work), int(failed), changed)
            for base, documents, chunks, in_work, failed, changed in rows
        }


# The reason that the test of scopes asks for.
EVERY_PROJECT = "the purge works on the bases of all projects"


class DeletedBases:
    """What the purge does to a base; it has no operator, so no project is given."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def waiting(self) -> Sequence[tuple[str, int]]:
        """Return id and attempt of every base that is hidden and not yet gone."""
        statement = select(KnowledgeBaseRow.id, KnowledgeBaseRow.attempt).where(
            col(KnowledgeBaseRow.deleted_at).is_not(None)
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def claim(self, knowledge_base_id: str) -> KnowledgeBaseRow | None:
        """Return the hidden base under a new attempt; None when it is gone, or was never hidden."""
        statement = select(KnowledgeBaseRow).where(
            KnowledgeBaseRow.id == knowledge_base_id, col(KnowledgeBaseRow.deleted_at).is_not(None)
        )
        row = (await self._session.exec(statement.with_for_update().execution_options(unscoped=EVERY_PROJECT))).first()
        if row is not None:
            row.attempt += 1
            self._session.add(row)
        return row

    async def remove(self, knowledge_base_id: str) -> None:
        await self._session.exec(
            delete(KnowledgeBaseRow)
            .where(col(KnowledgeBaseRow.id) == knowledge_base_id)
            .execution_options(unscoped=EVERY_PROJECT)
        )


def _base(row: KnowledgeBaseRow | Row[Any], tally: Tally) -> KnowledgeBase:
    return KnowledgeBase(
        id=row.id,
        name=row.name,
        description=row.description,
        embedding_model=row.embedding_model,
        chunk_size=row.chunk_size,
        chunk_overlap=row.chunk_overlap,
        version=row.version,
        created_at=row.created_at,
        updated_at=max(row.updated_at, tally.changed_at or row.updated_at),
        tally=tally,
    )
