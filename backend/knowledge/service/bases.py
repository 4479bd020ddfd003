"""Make, list, change and delete knowledge bases."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.knowledge.errors import StaleKnowledgeBase
from backend.knowledge.models import KnowledgeBaseRow
from backend.knowledge.parts import PURGE_BASE
from backend.knowledge.repository import DocumentWork, KnowledgeBases
from backend.knowledge.service.group import UseCases
from backend.knowledge.types import (
    DEFAULT_CHUNK_OVERLAP,
    DEFAULT_CHUNK_SIZE,
    EMBEDDED_EMBEDDING,
    MAX_CHUNK_SIZE,
    MAX_DESCRIPTION,
    MAX_NAME,
    MIN_CHUNK_SIZE,
    KnowledgeBase,
)
from backend.operator import Operator, Permission
from backend.paging import Listed, Page

FIRST_PAGE = Page()


class BaseUseCases(UseCases):
    """The embedding model of a base is fixed: vectors of two models cannot be compared."""

    async def create(
        self,
        operator: Operator,
        name: str,
        *,
        description: str = "",
        embedding_model: str = EMBEDDED_EMBEDDING,
        chunk_size: int = DEFAULT_CHUNK_SIZE,
        chunk_overlap: int | None = None,
    ) -> KnowledgeBase:
        """Make an empty base. No overlap named means 15 % of the size. Raise InvalidInput, NotFound (the model)."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        overlap = chunk_size * DEFAULT_CHUNK_OVERLAP // DEFAULT_CHUNK_SIZE if chunk_overlap is None else chunk_overlap
        _check(name, description, chunk_size, overlap)
        await self._parts.open_embedder(operator.project_id, embedding_model)
        row = KnowledgeBaseRow(
            id=new_id("kb"),
            project_id=operator.project_id,
            name=name.strip(),
            description=description.strip(),
            embedding_model=embedding_model,
            chunk_size=chunk_size,
            chunk_overlap=overlap,
        )
        async with self._units.write(operator) as work:
            rows = KnowledgeBases(work.session, operator.project_id)
            rows.add(row)
            await work.session.flush()
            return await rows.get(row.id)

    async def list(self, operator: Operator, page: Page = FIRST_PAGE) -> Listed[KnowledgeBase]:
        """Return the project's bases, newest first."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await KnowledgeBases(session, operator.project_id).page(page)

    async def get(self, operator: Operator, knowledge_base_id: str) -> KnowledgeBase:
        """Return one base. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_READ)
        async with self._units.read(operator) as session:
            return await KnowledgeBases(session, operator.project_id).get(knowledge_base_id)

    async def update(
        self,
        operator: Operator,
        knowledge_base_id: str,
        *,
        version: int,
        name: str,
        description: str,
        chunk_size: int,
        chunk_overlap: int,
    ) -> KnowledgeBase:
        """Change a base; how it cuts holds for documents added from now on. Raise StaleKnowledgeBase, NotFound."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        _check(name, description, chunk_size, chunk_overlap)
        async with self._units.write(operator) as work:
            rows = KnowledgeBases(work.session, operator.project_id)
            row = await rows.change(knowledge_base_id)
            if row.version != version:
                raise StaleKnowledgeBase
            row.name, row.description = name.strip(), description.strip()
            row.chunk_size, row.chunk_overlap = chunk_size, chunk_overlap
            row.version += 1
            row.updated_at = utc_now()
            rows.add(row)
            await work.session.flush()
            return await rows.get(knowledge_base_id)

    async def delete(self, operator: Operator, knowledge_base_id: str) -> None:
        """Hide a base and its documents at once and for good; a job takes the content away. Raise NotFound."""
        operator.require(Permission.KNOWLEDGE_EDIT)
        now = utc_now()
        async with self._units.write(operator) as work:
            rows = KnowledgeBases(work.session, operator.project_id)
            row = await rows.change(knowledge_base_id)
            row.deleted_at = now
            rows.add(row)
            await DocumentWork(work.session).hide_base(row.id, now)
            target = Target("knowledge_base", row.id, row.name)
            await AuditTrail(work.session).record(operator, "knowledge_base.delete", target)
            work.after_commit(lambda: self._parts.jobs.enqueue(PURGE_BASE, row.id, row.attempt))


def _check(name: str, description: str, chunk_size: int, chunk_overlap: int) -> None:
    """Raise InvalidInput with a sentence for each field that will not do."""
    fields: dict[str, str] = {}
    if not 1 <= len(name.strip()) <= MAX_NAME:
        fields["name"] = f"A name has 1 to {MAX_NAME} characters."
    if len(description) > MAX_DESCRIPTION:
        fields["description"] = f"A description has at most {MAX_DESCRIPTION:,} characters."
    if not MIN_CHUNK_SIZE <= chunk_size <= MAX_CHUNK_SIZE:
        fields["chunk_size"] = f"A passage has {MIN_CHUNK_SIZE} to {MAX_CHUNK_SIZE:,} characters."
    elif not 0 <= chunk_overlap <= chunk_size // 2:
        fields["chunk_overlap"] = "The overlap is at most half of the passage."
    if fields:
        raise InvalidInput(" ".join(fields.values()), fields=fields)
