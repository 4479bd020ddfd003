"""The statements of jobs on documents: they come with a document's id alone, and write only behind the fence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.knowledge.errors import AttemptLost
from backend.knowledge.models import DocumentRow
from backend.knowledge.types import IN_WORK, DocumentStatus

# The reason that the test of scopes asks for.
EVERY_PROJECT = "jobs work on the documents of all projects"


class DocumentWork:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queued(self) -> Sequence[tuple[str, int]]:
        """Return id and attempt of what waits for a worker."""
        row = DocumentRow
        statement = select(row.id, row.attempt).where(
            row.status == DocumentStatus.QUEUED, col(row.deleted_at).is_(None)
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def running(self) -> Sequence[tuple[str, int, datetime]]:
        """Return id and attempt of what is worked on, and when the record last heard of it, by its worker's clock."""
        row = DocumentRow
        statement = select(row.id, row.attempt, row.updated_at).where(
            row.status == DocumentStatus.RUNNING, col(row.deleted_at).is_(None)
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def claim(self, document_id: str) -> DocumentRow | None:
        """Take the document over under a new attempt; None when there is nothing (more) to do."""
        statement = select(DocumentRow).where(
            DocumentRow.id == document_id,
            col(DocumentRow.status).in_(IN_WORK),
            col(DocumentRow.deleted_at).is_(None),
        )
        row = (await self._session.exec(statement.with_for_update().execution_options(unscoped=EVERY_PROJECT))).first()
        if row is not None:
            row.attempt += 1
            row.status = DocumentStatus.RUNNING
            row.updated_at = utc_now()
            self._session.add(row)
        return row

    async def write(self, document_id: str, attempt: int, **values: Any) -> DocumentRow:
        """Set columns of the document and return it. Raise AttemptLost unless the attempt is still the current one."""
        statement = (
            update(DocumentRow)
            .where(
                col(DocumentRow.id) == document_id,
                col(DocumentRow.attempt) == attempt,
                col(DocumentRow.status) == DocumentStatus.RUNNING,
                col(DocumentRow.deleted_at).is_(None),
            )
            .values(updated_at=utc_now(), **values)
            .returning(DocumentRow)
        )
        row: DocumentRow | None = (
            await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))
        ).scalar_one_or_none()
        if row is None:
            raise AttemptLost
        return row

    async def is_current(self, document_id: str, attempt: int) -> bool:
        statement = select(DocumentRow.id).where(
            DocumentRow.id == document_id,
            DocumentRow.attempt == attempt,
            DocumentRow.status == DocumentStatus.RUNNING,
            col(DocumentRow.deleted_at).is_(None),
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).first() is not None

    async def peek(self, document_id: str) -> DocumentRow | None:
        """Return the row as it stands, deleted or not."""
        return (
            await self._session.exec(
                select(DocumentRow).where(DocumentRow.id == document_id).execution_options(unscoped=EVERY_PROJECT)
            )
        ).first()

    async def to_purge(self, now: datetime) -> Sequence[tuple[str, int]]:
        """Return id and attempt of the deleted documents that nobody can bring back any more."""
        statement = select(DocumentRow.id, DocumentRow.attempt).where(col(DocumentRow.purge_after) <= now)
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def claim_purge(self, document_id: str, now: datetime) -> DocumentRow | None:
        """Return the document whose content is to go, under a new attempt; None when it is gone or was restored."""
        statement = select(DocumentRow).where(DocumentRow.id == document_id, col(DocumentRow.purge_after) <= now)
        row = (await self._session.exec(statement.with_for_update().execution_options(unscoped=EVERY_PROJECT))).first()
        if row is not None:
            row.attempt += 1
            self._session.add(row)
        return row

    async def of_base(self, knowledge_base_id: str) -> Sequence[str]:
        """Return the ids of all documents of a base, deleted ones too."""
        statement = select(DocumentRow.id).where(DocumentRow.knowledge_base_id == knowledge_base_id)
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def hide_base(self, knowledge_base_id: str, now: datetime) -> None:
        """Delete all documents of a base at once, for good."""
        await self._session.exec(
            update(DocumentRow)
            .where(col(DocumentRow.knowledge_base_id) == knowledge_base_id)
            .values(deleted_at=now, purge_after=now, attempt=col(DocumentRow.attempt) + 1)
            .execution_options(unscoped=EVERY_PROJECT)
        )

    async def remove(self, document_id: str) -> None:
        await self._session.exec(
            delete(DocumentRow).where(col(DocumentRow.id) == document_id).execution_options(unscoped=EVERY_PROJECT)
        )
