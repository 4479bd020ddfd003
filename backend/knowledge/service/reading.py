"""List documents, and read what was made of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

from backend.knowledge.outline import outline_of, with_overlap
from backend.knowledge.parts import object_key
from backend.knowledge.repository import Chunks, Documents, KnowledgeBases
from backend.knowledge.repository.documents import EVERYTHING
from backend.knowledge.service.bases import FIRST_PAGE
from backend.knowledge.service.group import UseCases
from backend.knowledge.types import (
    Chunk,
    Document,
    DocumentFilter,
    DocumentStatus,
    Heading,
    document_topic,
    documents_topic,
)
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.events import Event


class ReadingUseCases(UseCases):
    """What is deleted is not there, not even while it can be restored."""

    async def list_documents(
        self,
        operator: Operator,
        knowledge_base_id: str,
        page: Page = FIRST_PAGE,
        wanted: DocumentFilter = EVERYTHING,
    ) -> Listed[Document]:
        """Return the documents of a base, newest first. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            await KnowledgeBases(session, operator.project_id).many([knowledge_base_id])
            return await Documents(session, operator.project_id).page(knowledge_base_id, page, wanted)

    async def count_documents(
        self, operator: Operator, knowledge_base_id: str, wanted: DocumentFilter = EVERYTHING
    ) -> int:
        """Return how many documents `list_documents` lists in all."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await Documents(session, operator.project_id).count(knowledge_base_id, wanted)

    async def documents_in_work(self, operator: Operator, knowledge_base_id: str) -> Sequence[Document]:
        """Return the documents of a base that are queued or running."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await Documents(session, operator.project_id).in_work(knowledge_base_id)

    async def latest_documents(
        self, operator: Operator, statuses: Collection[DocumentStatus], limit: int
    ) -> Sequence[Document]:
        """Return documents of the whole project, the one that was worked on last first."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await Documents(session, operator.project_id).latest(statuses, limit)

    async def get_document(self, operator: Operator, document_id: str) -> Document:
        """Return one document. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await Documents(session, operator.project_id).get(document_id)

    async def known_documents(self, operator: Operator, document_ids: Collection[str]) -> frozenset[str]:
        """Return which of the documents are there: what cites them may be older than what they hold."""
        operator.require(Permission.KNOWLEDGE_READ)
        if not document_ids:
            return frozenset()
        async with self._units.read(operator) as session:
            return frozenset(await Documents(session, operator.project_id).known(document_ids))

    @asynccontextmanager
    async def listen(self, operator: Operator, document_id: str = "") -> AsyncIterator[AsyncIterator[Event]]:
        """Hear the progress of a document, or of all in the project, once the block is entered. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        topic = documents_topic(operator.project_id)
        if document_id:
            topic = document_topic((await self.get_document(operator, document_id)).id)
        async with self._parts.events.subscribe(topic) as events:
            yield events

    async def list_chunks(self, operator: Operator, document_id: str, page: Page = FIRST_PAGE) -> Listed[Chunk]:
        """Return chunks in reading order; `page.after` is the ordinal of the one before them. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        after = page.number(-1)
        async with self._units.read(operator) as session:
            document = await Documents(session, operator.project_id).get(document_id)
            [base] = await KnowledgeBases(session, operator.project_id).many([document.knowledge_base_id])
            # One more at each end: the overlap of the first is told by the one before it.
            chunks = await Chunks(session, operator.project_id).behind(document_id, after - 1, page.limit + 2)
        told = [chunk for chunk in with_overlap(chunks, base.chunk_overlap) if chunk.ordinal > after]
        return Listed.cut(told[: page.limit + 1], page, key="ordinal")

    async def ordinal_of(self, operator: Operator, document_id: str, chunk_id: str) -> int:
        """Return where a chunk stands in its document, 0 when it is not (any more) there. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            await Documents(session, operator.project_id).get(document_id)
            return await Chunks(session, operator.project_id).ordinal_of(document_id, chunk_id)

    async def outline(self, operator: Operator, document_id: str) -> Sequence[Heading]:
        """Return the headings of a document with the chunks under each. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            await Documents(session, operator.project_id).get(document_id)
            return outline_of(await Chunks(session, operator.project_id).headings(document_id))

    async def read_file(self, operator: Operator, document_id: str) -> tuple[Document, AsyncIterator[bytes]]:
        """Return a document and the bytes of its file, as they were given. Raise NotFound."""
        document = await self.get_document(operator, document_id)
        key = object_key(operator.project_id, document.id)
        await self._parts.objects.size(key)  # a missing file is told here, not in the middle of an answer
        return document, self._parts.objects.read(key)
