"""What the home reads across the areas of a project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.errors import Forbidden
from backend.flows.types import Severity
from backend.ids import new_id
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.knowledge.types import DocumentStatus, Stage
from backend.operator import Operator
from tests.tenancy import EVERYWHERE


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def make_base(services: Services, owner: Operator, status: str = "", *, is_deleted: bool = False) -> None:
    """Make a knowledge base, with a document of that status where one is named."""
    base = KnowledgeBaseRow(
        id=new_id("kb"),
        project_id=owner.project_id,
        name=f"Base {status}",
        embedding_model="m",
        chunk_size=800,
        chunk_overlap=80,
        deleted_at=utc_now() if is_deleted else None,
    )
    document = DocumentRow(
        id=new_id("doc"),
        project_id=owner.project_id,
        knowledge_base_id=base.id,
        name=status,
        size_bytes=1,
        sha256="",
        embedding_model="m",
        status=status,
        stage=Stage.EMBED,
    )
    async with services.units.write(EVERYWHERE) as work:
        work.session.add(base)
        await work.session.flush()
        if status:
            work.session.add(document)


async def test_documents_of_every_base_are_told_also_behind_the_first_page(services: Services, owner: Operator) -> None:
    for status in DocumentStatus:
        await make_base(services, owner, status)
    await make_base(services, owner, DocumentStatus.FAILED, is_deleted=True)
    for _ in range(50):
        await make_base(services, owner)
    home = await services.overview.home(owner)
    assert [one.name for one in home.failed_documents] == ["failed"]
    assert {one.name for one in home.in_work.documents} == {"queued", "running"}


async def test_a_flow_is_told_with_the_errors_of_its_draft(services: Services, owner: Operator) -> None:
    flow = await services.flows.create(owner, "Half done")
    [line] = (await services.overview.home(owner)).flows
    errors = [one for one in await services.flows.problems(owner, flow.id) if one.severity is Severity.ERROR]
    assert errors
    assert (line.flow.id, line.errors) == (flow.id, errors)


async def test_what_is_in_work_is_told_only_to_who_may_read_it(services: Services, owner: Operator) -> None:
    with pytest.raises(Forbidden):
        await services.overview.in_work(replace(owner, permissions=frozenset()))
