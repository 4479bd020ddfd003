"""A file that takes the place of the documents of its name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.errors import Conflict, NotFound
from backend.knowledge import hiding, ingestion, tasks
from backend.knowledge.types import Added, Document, DocumentStatus
from tests.backend.knowledge.conftest import Desk
from tests.factories.samples import written

NAME = "returns.txt"


async def replacing(desk: Desk, content: str, name: str = NAME) -> Added:
    path = written(desk.folder, "given", content)
    return await desk.knowledge.add_document(desk.operator, desk.base.id, name, path, replace=True)


async def answering(desk: Desk) -> list[str]:
    """Return the documents that are found, by name of the rule: all of them speak of returns."""
    found = await desk.knowledge.search(desk.operator, [desk.base.id], "returns", mode="keyword")
    return sorted(passage.document_id for passage in found)


def ids(*documents: Document) -> list[str]:
    return sorted(document.id for document in documents)


async def test_the_older_one_answers_until_the_new_one_is_ready_and_then_the_new_one_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiding, "PURGED_AFTER", timedelta(0))
    older = await desk.added(NAME, "Returns within 14 days.")
    added = await replacing(desk, "Returns within 30 days.")
    assert (added.beside, added.num_beside, added.replaces, added.document.replaces_older) == (older.id, 1, True, True)
    assert await answering(desk) == [older.id]
    ready = await desk.ingest(added.document)
    assert await answering(desk) == [ready.id]
    assert not ready.replaces_older
    with pytest.raises(NotFound):
        await desk.read(older)
    assert [waiting.row_id for waiting in await tasks.purges_waiting(desk.parts)] == [older.id]
    await tasks.purge_document(desk.parts, older.id)
    assert (await desk.num_points(), desk.num_objects()) == (1, 1)


async def test_what_cannot_take_the_place_whole_takes_none_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one is made ready and the older one hidden in one unit: where that fails, the older one answers on."""
    older = await desk.added(NAME, "Returns within 14 days.")
    added = await replacing(desk, "Returns within 30 days.")

    async def broken(*parts: Any) -> None:
        await hiding.take_place(*parts)
        raise OSError("the disk broke")

    monkeypatch.setattr(ingestion, "take_place", broken)
    assert (await desk.ingest(added.document)).status is DocumentStatus.FAILED
    assert await answering(desk) == [older.id]
    monkeypatch.undo()
    await desk.knowledge.retry(desk.operator, added.document.id)
    await desk.ingest(added.document)
    assert await answering(desk) == [added.document.id]


@pytest.mark.parametrize("first", [1, 2])
async def test_of_several_replacements_the_one_asked_last_stays(desk: Desk, first: int) -> None:
    older = await desk.added(NAME, "Returns within 14 days.")
    waiting = [(await replacing(desk, f"Returns within {days} days.")).document for days in (30, 60)]
    order = waiting if first == 1 else waiting[::-1]
    await desk.ingest(order[0])
    assert await answering(desk) == [order[0].id]
    await tasks.ingest_document(desk.parts, order[1].id)
    assert await answering(desk) == [waiting[1].id]
    assert older.id not in [row.id for row in (await desk.knowledge.list_documents(desk.operator, desk.base.id)).items]


async def test_content_that_is_here_already_takes_the_place_of_a_newer_one_too(desk: Desk) -> None:
    first, second = await desk.added(NAME, "Returns, first."), await desk.added(NAME, "Returns, second.")
    assert await answering(desk) == ids(first, second)
    added = await replacing(desk, "Returns, first.")
    assert (added.already_here, added.replaces, added.document.id) == (True, True, first.id)
    assert await answering(desk) == [first.id]


async def test_content_under_another_name_replaces_nothing_and_says_what_answers_beside_it(desk: Desk) -> None:
    here, older = await desk.added("copy.txt", "Returns, new."), await desk.added(NAME, "Returns, old.")
    added = await replacing(desk, "Returns, new.")
    assert (added.already_here, added.document.name, added.replaces) == (True, "copy.txt", False)
    assert (added.beside, added.num_beside) == (older.id, 1)
    assert await answering(desk) == ids(here, older)


async def test_a_document_kept_beside_older_ones_takes_their_place_later_and_gives_it_back(desk: Desk) -> None:
    oldest, older = await desk.added(NAME, "Returns, one."), await desk.added(NAME, "Returns, two.")
    chosen, newer = await desk.added(NAME, "Returns, three."), await desk.added(NAME, "Returns, four.")
    document, gone = await desk.knowledge.replace_older(desk.operator, chosen.id)
    assert (document.id, sorted(gone)) == (chosen.id, ids(oldest, older))
    assert await answering(desk) == ids(chosen, newer)
    await desk.knowledge.restore_documents(desk.operator, gone)
    assert await answering(desk) == ids(oldest, older, chosen, newer)
    with pytest.raises(Conflict, match="No older"):
        await desk.knowledge.replace_older(desk.operator, oldest.id)


async def test_a_document_in_work_takes_the_place_once_it_is_ready_and_a_failed_one_never(desk: Desk) -> None:
    older, waiting = await desk.added(NAME, "Returns, one."), await desk.add(NAME, "Returns, two.")
    document, gone = await desk.knowledge.replace_older(desk.operator, waiting.id)
    assert (document.replaces_older, gone) == (True, [])
    assert await answering(desk) == [older.id]
    await desk.ingest(waiting)
    assert await answering(desk) == [waiting.id]
    failed = await desk.added(NAME, "")
    with pytest.raises(Conflict, match="not ready"):
        await desk.knowledge.replace_older(desk.operator, failed.id)
