"""Every statement on chunks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.knowledge.models import ChunkRow, DocumentRow
from backend.knowledge.types import Chunk, DocumentStatus, Passage
from backend.ports.vectors import Hit

ROWS_A_STATEMENT = 500
# Apart, because from 16 ids on SQLite would rather walk through every chunk of every document.
FOUND = (
    select_columns(ChunkRow)
    .where(col(ChunkRow.project_id) == bindparam("at"), col(ChunkRow.id).in_(bindparam("ids", expanding=True)))
    .cte("found")
    .prefix_with("MATERIALIZED")
)
# Made once: laying it out anew costs a search as much as carrying it out.
PASSAGES = (
    select_columns(
        FOUND.c.id,
        FOUND.c.document_id,
        col(DocumentRow.name),
        col(DocumentRow.knowledge_base_id),
        FOUND.c.ordinal,
        FOUND.c.heading_path,
        FOUND.c.text,
        FOUND.c.page,
    )
    .join(DocumentRow, col(DocumentRow.id) == FOUND.c.document_id)
    .where(
        col(DocumentRow.project_id) == bindparam("at"),
        col(DocumentRow.status) == DocumentStatus.DONE,
        col(DocumentRow.deleted_at).is_(None),
    )
)


class Chunks:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    async def behind(self, document_id: str, ordinal: int, limit: int) -> list[Chunk]:
        """Return at most `limit` chunks of a document behind `ordinal` (-1: from the first), in reading order."""
        # Columns, not entities: the unit of work need not keep an eye on 20,000 of them.
        statement = (
            select_columns(
                col(ChunkRow.id),
                col(ChunkRow.ordinal),
                col(ChunkRow.heading_path),
                col(ChunkRow.text),
                col(ChunkRow.page),
            )
            .where(
                col(ChunkRow.project_id) == self._project_id,
                col(ChunkRow.document_id) == document_id,
                col(ChunkRow.ordinal) > ordinal,
            )
            .order_by(col(ChunkRow.ordinal))
            .limit(limit)
        )
        rows = (await (await self._session.connection()).execute(statement)).all()
        return [Chunk(chunk, number, tuple(path), text, page) for chunk, number, path, text, page in rows]

    async def count(self, document_id: str) -> int:
        statement = (
            select(func.count())
            .select_from(ChunkRow)
            .where(ChunkRow.project_id == self._project_id, ChunkRow.document_id == document_id)
        )
        return (await self._session.exec(statement)).one()

    async def ordinal_of(self, document_id: str, chunk_id: str) -> int:
        statement = select(ChunkRow.ordinal).where(
            ChunkRow.project_id == self._project_id, ChunkRow.document_id == document_id, ChunkRow.id == chunk_id
        )
        return (await self._session.exec(statement)).first() or 0

    async def headings(self, document_id: str) -> Sequence[tuple[int, Sequence[str]]]:
        """Return ordinal and heading path of every chunk, in order."""
        statement = (
            select(ChunkRow.ordinal, ChunkRow.heading_path)
            .where(ChunkRow.project_id == self._project_id, ChunkRow.document_id == document_id)
            .order_by(col(ChunkRow.ordinal))
        )
        return (await self._session.exec(statement)).all()

    async def passages(self, hits: Sequence[Hit]) -> dict[str, Passage]:
        """Return what stands behind the hits, by chunk id: of finished documents alone, with rank 0."""
        scores = {hit.id: hit.score for hit in hits}
        rows = (
            await (await self._session.connection()).execute(PASSAGES, {"at": self._project_id, "ids": list(scores)})
        ).all()
        return {
            chunk: Passage(chunk, document, name, base, ordinal, " > ".join(path), text, page, scores[chunk], 0)
            for chunk, document, name, base, ordinal, path, text, page in rows
        }

    async def add(self, document_id: str, chunks: Sequence[Chunk]) -> None:
        for start in range(0, len(chunks), ROWS_A_STATEMENT):
            values = [
                {
                    "id": chunk.id,
                    "project_id": self._project_id,
                    "document_id": document_id,
                    "ordinal": chunk.ordinal,
                    "heading_path": list(chunk.heading_path),
                    "text": chunk.text,
                    "page": chunk.page,
                }
                for chunk in chunks[start : start + ROWS_A_STATEMENT]
            ]
            await (await self._session.connection()).execute(insert(ChunkRow), values)

    async def delete(self, document_id: str) -> None:
        await self._session.exec(
            delete(ChunkRow).where(
                col(ChunkRow.project_id) == self._project_id, col(ChunkRow.document_id) == document_id
            )
        )
