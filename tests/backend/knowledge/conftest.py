"""A base of the local owner, and the job of a document called by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.bootstrap import Services
from backend.ids import new_id
from backend.knowledge import tasks
from backend.knowledge.parts import Parts
from backend.knowledge.repository import Documents
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import Document, DocumentStatus, KnowledgeBase
from backend.operator import Operator, Permission
from tests.factories.samples import written
from tests.tenancy import EVERYWHERE

Add = Callable[..., Awaitable[Document]]


@dataclass(frozen=True)
class Desk:
    """What a test of knowledge works with."""

    services: Services
    operator: Operator
    base: KnowledgeBase
    folder: Path

    @property
    def knowledge(self) -> KnowledgeService:
        return self.services.knowledge

    @property
    def parts(self) -> Parts:
        return self.services.knowledge._parts

    async def add(self, name: str, content: bytes | str) -> Document:
        """Take a file in; its job waits."""
        path = written(self.folder, "given", content)
        return (await self.knowledge.add_document(self.operator, self.base.id, name, path)).document

    async def ingest(self, document: Document) -> Document:
        """Do the job of a document here and now."""
        await tasks.ingest_document(self.parts, document.id)
        return await self.read(document)

    async def added(self, name: str, content: bytes | str) -> Document:
        return await self.ingest(await self.add(name, content))

    async def read(self, document: Document) -> Document:
        return await self.knowledge.get_document(self.operator, document.id)

    async def num_points(self, document: Document | None = None) -> int:
        return await self.parts.index.count(
            self.base.embedding_model,
            project_id=self.operator.project_id,
            document_id=document.id if document else "",
        )

    async def set_status(self, document: Document, status: DocumentStatus) -> None:
        """Put a row into a state that no use case leaves it in."""
        async with self.services.units.write(EVERYWHERE) as work:
            row = await Documents(work.session, self.operator.project_id).change(document.id)
            row.status = status
            work.session.add(row)

    def num_objects(self) -> int:
        return sum(1 for path in (self.services.settings.folder / "objects").rglob("*") if path.is_file())


@pytest.fixture
async def desk(services: Services, tmp_path: Path) -> Desk:
    operator = await services.identity.ensure_owner()
    base = await services.knowledge.create(operator, "Help centre")
    return Desk(services, operator, base, tmp_path)


@pytest.fixture
def stranger(desk: Desk) -> Operator:
    """The owner of another project."""
    return Operator("user_other", "Other", "org_other", new_id("proj"), frozenset(Permission), "session")
