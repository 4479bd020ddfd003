"""Every statement on documents that an operator asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.knowledge.errors import DocumentNotFound
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.knowledge.types import IN_WORK, Document, DocumentFilter, DocumentStatus, Stage, overall_progress
from backend.paging import Listed, Page

EVERYTHING = DocumentFilter()


class Documents:
    """Opened for one unit of work; sees one project. What is deleted is not there."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    def add(self, row: DocumentRow) -> None:
        self._session.add(row)

    async def page(self, knowledge_base_id: str, page: Page, wanted: DocumentFilter) -> Listed[Document]:
        """Return the documents of a base, newest first."""
        statement = (
            select(DocumentRow)
            .where(*self._matching(knowledge_base_id, wanted))
            .order_by(col(DocumentRow.id).desc())
            .limit(page.limit + 1)
        )
        if page.after:
            statement = statement.where(col(DocumentRow.id) < page.after)
        rows = (await self._session.exec(statement)).all()
        return Listed.cut([document_of(row) for row in rows], page)

    async def count(self, knowledge_base_id: str, wanted: DocumentFilter = EVERYTHING) -> int:
        statement = select(func.count()).select_from(DocumentRow).where(*self._matching(knowledge_base_id, wanted))
        return (await self._session.exec(statement)).one()

    async def get(self, document_id: str) -> Document:
        """Return one document. Raise DocumentNotFound."""
        return document_of(await self._row(document_id))

    async def change(self, document_id: str) -> DocumentRow:
        """Return the row to be written to; nobody else writes to it until the unit ends."""
        return await self._row(document_id, lock=True)

    async def cancel_all(self) -> None:
        """End the work on all documents; from here on no running attempt writes."""
        await self._session.exec(
            update(DocumentRow)
            .where(col(DocumentRow.project_id) == self._project_id, col(DocumentRow.status).in_(IN_WORK))
            .values(status=DocumentStatus.CANCELLED, attempt=col(DocumentRow.attempt) + 1)
        )

    async def deleted(self, document_id: str) -> DocumentRow:
        """Return a document that waits for its purge, to be written to. Raise DocumentNotFound."""
        return await self._row(document_id, lock=True, deleted=True)

    async def same_content(self, knowledge_base_id: str, sha256: str) -> DocumentRow | None:
        statement = (
            select(DocumentRow)
            .where(*self._matching(knowledge_base_id, EVERYTHING), DocumentRow.sha256 == sha256)
            .with_for_update()
        )
        return (await self._session.exec(statement)).first()

    async def same_name(self, knowledge_base_id: str, name: str) -> Sequence[str]:
        """Return the ids of the documents of a name, newest first."""
        statement = (
            select(DocumentRow.id)
            .where(*self._matching(knowledge_base_id, EVERYTHING), DocumentRow.name == name)
            .order_by(col(DocumentRow.id).desc())
        )
        return (await self._session.exec(statement)).all()

    async def replaced_by(self, row: DocumentRow) -> Sequence[DocumentRow]:
        """Return what a document takes the place of, to be written to; not what was asked to replace it later."""
        statement = (
            select(DocumentRow)
            .where(
                *self._matching(row.knowledge_base_id, EVERYTHING),
                DocumentRow.name == row.name,
                DocumentRow.id != row.id,
                col(DocumentRow.id) < row.replaces_before,
                col(DocumentRow.replaces_before) <= row.replaces_before,
            )
            .order_by(col(DocumentRow.id).desc())
            .with_for_update()
        )
        return (await self._session.exec(statement)).all()

    async def known(self, document_ids: Collection[str]) -> Sequence[str]:
        """Return which of the documents are there."""
        statement = select(DocumentRow.id).where(
            DocumentRow.project_id == self._project_id,
            col(DocumentRow.id).in_(document_ids),
            col(DocumentRow.deleted_at).is_(None),
        )
        return (await self._session.exec(statement)).all()

    async def in_work(self, knowledge_base_id: str) -> Sequence[Document]:
        statement = select(DocumentRow).where(
            *self._matching(knowledge_base_id, EVERYTHING),
            col(DocumentRow.status).in_((DocumentStatus.QUEUED, DocumentStatus.RUNNING)),
        )
        return [document_of(row) for row in (await self._session.exec(statement)).all()]

    async def latest(self, statuses: Collection[DocumentStatus], limit: int) -> Sequence[Document]:
        """Return documents of all bases that are there, the one that was worked on last first."""
        bases = select(KnowledgeBaseRow.id).where(
            KnowledgeBaseRow.project_id == self._project_id, col(KnowledgeBaseRow.deleted_at).is_(None)
        )
        statement = (
            select(DocumentRow)
            .where(
                DocumentRow.project_id == self._project_id,
                col(DocumentRow.deleted_at).is_(None),
                col(DocumentRow.status).in_(statuses),
                col(DocumentRow.knowledge_base_id).in_(bases),
            )
            .order_by(col(DocumentRow.updated_at).desc(), col(DocumentRow.id).desc())
            .limit(limit)
        )
        return [document_of(row) for row in await self._session.exec(statement)]

    def _matching(self, knowledge_base_id: str, wanted: DocumentFilter) -> list[Any]:
        conditions: list[Any] = [
            DocumentRow.project_id == self._project_id,
            DocumentRow.knowledge_base_id == knowledge_base_id,
            col(DocumentRow.deleted_at).is_(None),
        ]
        if wanted.text:
            conditions.append(col(DocumentRow.name).icontains(wanted.text, autoescape=True))
        if wanted.status is not None:
            conditions.append(DocumentRow.status == wanted.status)
        return conditions

    async def _row(self, document_id: str, *, lock: bool = False, deleted: bool = False) -> DocumentRow:
        deleted_at = col(DocumentRow.deleted_at)
        statement = select(DocumentRow).where(
            DocumentRow.project_id == self._project_id,
            DocumentRow.id == document_id,
            deleted_at.is_not(None) if deleted else deleted_at.is_(None),
        )
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise DocumentNotFound
        return row


def document_of(row: DocumentRow) -> Document:
    status, stage = DocumentStatus(row.status), Stage(row.stage)
    return Document(
        id=row.id,
        knowledge_base_id=row.knowledge_base_id,
        name=row.name,
        kind=row.kind,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        status=status,
        stage=stage,
        percent=row.percent,
        progress=100 if status is DocumentStatus.DONE else overall_progress(stage, row.percent),
        num_chunks=row.num_chunks,
        num_pages=row.num_pages,
        error=row.error,
        hint=row.hint,
        is_unreadable=row.is_unreadable,
        replaces_older=row.replaces_before != "",
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
