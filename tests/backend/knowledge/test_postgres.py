"""The whole way of a document once on Postgres: the statements are the same, the locks are not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from backend.bootstrap import Services
from backend.errors import NotFound
from backend.identity.service import IdentityService
from backend.knowledge import tasks
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import DocumentFilter, DocumentStatus
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.backend.knowledge.conftest import Desk
from tests.factories.samples import handbook, samples


@pytest.fixture
async def desk(services: Services, postgres_database: Database, tmp_path: Path) -> Desk:
    units = Units(postgres_database)
    services.knowledge = KnowledgeService(replace(services.knowledge._parts, units=units))
    operator = await IdentityService(units).ensure_owner()
    return Desk(services, operator, await services.knowledge.create(operator, "Help centre"), tmp_path)


async def test_documents_are_taken_in_found_and_taken_away(desk: Desk) -> None:
    document = await desk.added("returns.md", samples()["returns.md"])
    assert (document.status, document.num_chunks) == (DocumentStatus.DONE, 2)
    [found] = await desk.knowledge.search(desk.operator, [desk.base.id], "furniture", limit=1)
    assert found.document_id == document.id
    wanted = DocumentFilter("RETURNS", DocumentStatus.DONE)
    listed = await desk.knowledge.list_documents(desk.operator, desk.base.id, Page(), wanted)
    assert [row.id for row in listed.items] == [document.id]
    assert (await desk.knowledge.get(desk.operator, desk.base.id)).tally.num_chunks == 2

    await desk.knowledge.delete_document(desk.operator, document.id, undo=True)
    await desk.knowledge.restore_document(desk.operator, document.id)
    await desk.knowledge.delete_document(desk.operator, document.id)
    await tasks.purge_document(desk.parts, document.id)
    await desk.added("warranty.txt", samples()["warranty.txt"])
    await desk.knowledge.delete(desk.operator, desk.base.id)
    [(base_id, _)] = await tasks.base_purges_waiting(desk.parts)
    await tasks.purge_base(desk.parts, base_id)
    assert (await desk.num_points(), desk.num_objects()) == (0, 0)
    with pytest.raises(NotFound):
        await desk.knowledge.get(desk.operator, desk.base.id)


async def test_the_same_file_sent_many_times_at_once_is_taken_in_once(desk: Desk) -> None:
    added = await asyncio.gather(*(desk.add("same.txt", "The same words.") for _ in range(6)))
    assert len({document.id for document in added}) == 1


async def test_two_attempts_at_once_end_as_one_document(desk: Desk) -> None:
    document = await desk.add("handbook.md", handbook(300))
    other = replace(desk.parts, turns=type(desk.parts.turns)())  # as another process, which knows of no turn
    await asyncio.gather(tasks.ingest_document(desk.parts, document.id), tasks.ingest_document(other, document.id))
    assert ((await desk.read(document)).status, await desk.num_points()) == (DocumentStatus.DONE, 300)
