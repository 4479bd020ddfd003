"""Knowledge bases: made, changed, deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.errors import Forbidden, InvalidInput, NotFound
from backend.knowledge import tasks
from backend.knowledge.errors import StaleKnowledgeBase
from backend.knowledge.types import EMBEDDED_EMBEDDING
from backend.operator import Operator, Permission
from backend.paging import Page
from tests.backend.knowledge.conftest import Desk


async def test_a_new_base_has_sensible_defaults(desk: Desk) -> None:
    assert (desk.base.chunk_size, desk.base.chunk_overlap) == (1_000, 150)
    assert desk.base.embedding_model == EMBEDDED_EMBEDDING
    assert desk.base.version == 1


async def test_an_overlap_left_out_is_15_percent(desk: Desk) -> None:
    made = await desk.knowledge.create(desk.operator, "Small", chunk_size=400)
    assert made.chunk_overlap == 60


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"description": "x" * 2_001}, "description"),
        ({"chunk_size": 99}, "chunk_size"),
        ({"chunk_size": 8_001}, "chunk_size"),
        ({"chunk_size": 200, "chunk_overlap": 101}, "chunk_overlap"),
        ({"chunk_overlap": -1}, "chunk_overlap"),
    ],
)
async def test_a_value_out_of_range_is_told_at_its_field(desk: Desk, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await desk.knowledge.create(desk.operator, **{"name": "Fine", **values})
    assert list(refusal.value.fields) == [field]


async def test_an_unknown_embedding_model_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.knowledge.create(desk.operator, "Fine", embedding_model="nobody:nothing")


async def test_a_stale_change_is_refused_and_changes_nothing(desk: Desk) -> None:
    values = {"description": "", "chunk_size": 500, "chunk_overlap": 50}
    changed = await desk.knowledge.update(desk.operator, desk.base.id, version=1, name="Renamed", **values)
    assert (changed.version, changed.name, changed.chunk_size) == (2, "Renamed", 500)
    with pytest.raises(StaleKnowledgeBase):
        await desk.knowledge.update(desk.operator, desk.base.id, version=1, name="Too late", **values)
    assert (await desk.knowledge.get(desk.operator, desk.base.id)).name == "Renamed"


async def test_bases_are_listed_newest_first_in_pages(desk: Desk) -> None:
    made = [desk.base.id] + [(await desk.knowledge.create(desk.operator, f"B{n}")).id for n in range(4)]
    first = await desk.knowledge.list(desk.operator, Page(3))
    second = await desk.knowledge.list(desk.operator, Page(3, after=first.next or ""))
    assert [base.id for base in first.items + second.items] == made[::-1]
    assert second.next is None


async def test_a_foreign_base_reads_like_an_unknown_one(desk: Desk, stranger: Operator) -> None:
    with pytest.raises(NotFound) as foreign:
        await desk.knowledge.get(stranger, desk.base.id)
    with pytest.raises(NotFound) as unknown:
        await desk.knowledge.get(stranger, "kb_unknown")
    assert foreign.value.message == unknown.value.message
    assert (await desk.knowledge.list(stranger)).items == []


async def test_a_reader_may_not_change_anything(desk: Desk) -> None:
    reader = replace(desk.operator, permissions=frozenset({Permission.KNOWLEDGE_READ}))
    assert (await desk.knowledge.get(reader, desk.base.id)).id == desk.base.id
    for act in (
        desk.knowledge.create(reader, "Mine"),
        desk.knowledge.delete(reader, desk.base.id),
        desk.knowledge.add_document(reader, desk.base.id, "a.txt", desk.folder),
        desk.knowledge.delete_document(reader, "doc_1"),
        desk.knowledge.retry(reader, "doc_1"),
        desk.knowledge.cancel(reader, "doc_1"),
        desk.knowledge.restore_document(reader, "doc_1"),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_a_deleted_base_is_gone_at_once_and_its_purge_leaves_nothing(desk: Desk) -> None:
    await desk.added("a.txt", "The first of two documents.")
    await desk.add("b.txt", "The second one waits.")
    await desk.knowledge.delete(desk.operator, desk.base.id)
    with pytest.raises(NotFound):
        await desk.knowledge.get(desk.operator, desk.base.id)
    with pytest.raises(NotFound):
        await desk.knowledge.search(desk.operator, [desk.base.id], "first")

    [(base_id, _)] = await tasks.base_purges_waiting(desk.parts)
    await tasks.purge_base(desk.parts, base_id)
    assert (await desk.num_points(), desk.num_objects()) == (0, 0)
    assert await tasks.base_purges_waiting(desk.parts) == []
    await tasks.purge_base(desk.parts, base_id)  # once more is no error


async def test_the_tally_counts_what_stands_where(desk: Desk) -> None:
    await desk.added("good.txt", "A good document.")
    await desk.added("empty.txt", "")
    await desk.add("waits.txt", "This one waits.")
    tally = (await desk.knowledge.get(desk.operator, desk.base.id)).tally
    assert (tally.num_documents, tally.num_chunks, tally.num_in_work, tally.num_failed) == (3, 1, 1, 1)


async def test_a_base_has_changed_when_a_document_came(desk: Desk) -> None:
    before = (await desk.knowledge.get(desk.operator, desk.base.id)).updated_at
    document = await desk.added("new.txt", "A new document.")
    after = (await desk.knowledge.get(desk.operator, desk.base.id)).updated_at
    assert after > before
    assert after == (await desk.knowledge.get_document(desk.operator, document.id)).updated_at
    assert (await desk.knowledge.list(desk.operator)).items[0].updated_at == after
