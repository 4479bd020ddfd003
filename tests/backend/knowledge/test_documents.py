"""Documents: taken in, cancelled, tried again, deleted, restored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.columns import utc_now
from backend.errors import Conflict, NotFound
from backend.knowledge import tasks
from backend.knowledge.errors import FileTooLarge, NotFinished
from backend.knowledge.parts import LOOKS
from backend.knowledge.repository import Documents
from backend.knowledge.service import KnowledgeService
from backend.knowledge.service import documents as documents_module
from backend.knowledge.types import DocumentFilter, DocumentStatus, Stage
from backend.operator import Operator
from backend.paging import Page
from tests.backend.knowledge.conftest import Desk
from tests.factories.samples import handbook, written
from tests.tenancy import EVERYWHERE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("..", "document"),
        ("", "document"),
        ("/", "document"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("  spaced   name .md ", "spaced name .md"),
        (f"{'x' * 300}.pdf", f"{'x' * 196}.pdf"),
        ("über uns.html", "über uns.html"),
    ],
)
async def test_a_name_is_made_harmless(desk: Desk, given: str, kept: str) -> None:
    document = await desk.add(given, "Some text.")
    assert document.name == kept
    assert desk.num_objects() == 1


async def test_the_same_content_is_taken_in_once_per_base(desk: Desk) -> None:
    first = await desk.added("one.txt", "The same words.")
    again = await desk.knowledge.add_document(
        desk.operator, desk.base.id, "two.txt", written(desk.folder, "given", "The same words.")
    )
    assert again.already_here
    assert (again.document.id, again.document.name) == (first.id, "one.txt")
    other = await desk.knowledge.create(desk.operator, "Another base")
    elsewhere = await desk.knowledge.add_document(desk.operator, other.id, "two.txt", desk.folder / "given")
    assert not elsewhere.already_here


async def test_adding_a_failed_document_again_tries_it_again(desk: Desk) -> None:
    failed = await desk.added("empty.txt", "")
    assert failed.status is DocumentStatus.FAILED
    assert (failed.is_unreadable, failed.may_be_retried) == (True, False)
    again = await desk.add("empty.txt", "")
    assert (again.id, again.status, again.error) == (failed.id, DocumentStatus.QUEUED, "")
    assert not again.is_unreadable


async def test_adding_a_file_again_brings_back_what_never_arrived(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    await desk.parts.objects.delete(f"{desk.operator.project_id}/documents/{document.id}")
    assert (await desk.ingest(document)).status is DocumentStatus.FAILED
    again = await desk.added("a.txt", "Some text.")
    assert (again.id, again.status) == (document.id, DocumentStatus.DONE)


async def test_a_file_over_the_limit_is_refused_in_words(desk: Desk) -> None:
    small = KnowledgeService(replace(desk.parts, max_document_bytes=10))
    with pytest.raises(FileTooLarge, match="larger than 0 MB"):
        await small.add_document(desk.operator, desk.base.id, "a.txt", written(desk.folder, "a", "x" * 11))
    assert (await desk.knowledge.list_documents(desk.operator, desk.base.id)).items == []


async def test_a_file_that_cannot_be_kept_leaves_no_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.services.settings.folder / "objects").write_text("a file where the folder should be")
    with pytest.raises(Exception, match="could not be kept"):
        await desk.add("a.txt", "Some text.")
    assert (await desk.knowledge.list_documents(desk.operator, desk.base.id)).items == []


async def test_a_queued_document_that_is_cancelled_is_never_worked_on(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    assert (await desk.knowledge.cancel(desk.operator, document.id)).status is DocumentStatus.CANCELLED
    assert (await desk.ingest(document)).status is DocumentStatus.CANCELLED
    assert await desk.num_points() == 0
    with pytest.raises(NotFinished):
        await desk.knowledge.cancel(desk.operator, document.id)


async def _until(desk: Desk, document_id: str, *stages: Stage) -> None:
    while (await desk.knowledge.get_document(desk.operator, document_id)).stage not in stages:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("stage", [Stage.PARSE, Stage.EMBED])
async def test_cancel_ends_running_work_and_leaves_nothing(desk: Desk, stage: Stage) -> None:
    document = await desk.add("handbook.md", handbook(4_000))
    working = asyncio.create_task(desk.ingest(document))
    await _until(desk, document.id, stage)
    await desk.knowledge.cancel(desk.operator, document.id)
    ended = await asyncio.wait_for(working, 30)
    assert ended.status is DocumentStatus.CANCELLED
    assert await desk.num_points() == 0
    assert (await desk.knowledge.list_chunks(desk.operator, document.id)).items == []


async def test_a_cancelled_document_can_be_tried_again(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    await desk.knowledge.cancel(desk.operator, document.id)
    await desk.knowledge.retry(desk.operator, document.id)
    assert (await desk.ingest(document)).status is DocumentStatus.DONE
    with pytest.raises(Conflict):
        await desk.knowledge.retry(desk.operator, document.id)


async def test_a_deleted_document_leaves_no_vector_object_or_row(desk: Desk) -> None:
    document = await desk.added("a.txt", "Some text.")
    assert (await desk.num_points(), desk.num_objects()) == (1, 1)
    await desk.knowledge.delete_document(desk.operator, document.id)
    with pytest.raises(NotFound):
        await desk.read(document)
    assert await desk.knowledge.search(desk.operator, [desk.base.id], "text") == []
    assert [waiting.row_id for waiting in await tasks.purges_waiting(desk.parts)] == [document.id]
    await tasks.purge_document(desk.parts, document.id)
    assert (await desk.num_points(), desk.num_objects()) == (0, 0)
    assert await tasks.purges_waiting(desk.parts) == []


async def test_a_document_deleted_in_the_middle_of_its_work_leaves_no_orphan(desk: Desk) -> None:
    document = await desk.add("handbook.md", handbook(4_000))
    working = asyncio.create_task(tasks.ingest_document(desk.parts, document.id))
    await _until(desk, document.id, Stage.EMBED)
    await desk.knowledge.delete_document(desk.operator, document.id)
    await asyncio.wait_for(asyncio.gather(working, tasks.purge_document(desk.parts, document.id)), 5)
    assert (await desk.num_points(), desk.num_objects()) == (0, 0)
    await tasks.ingest_document(desk.parts, document.id)  # the job of a killed process comes back
    assert await desk.num_points() == 0


async def test_a_deleted_document_can_be_restored_for_10_seconds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    document = await desk.added("a.txt", "Some text.")
    await desk.knowledge.delete_document(desk.operator, document.id, undo=True)
    with monkeypatch.context() as ahead:  # the clock of another process
        ahead.setattr(tasks, "utc_now", lambda: utc_now() + timedelta(seconds=40))
        assert await tasks.purges_waiting(desk.parts) == []
        await tasks.purge_document(desk.parts, document.id)  # too early: it must do nothing
    restored = await desk.knowledge.restore_document(desk.operator, document.id)
    assert (restored.status, restored.num_chunks) == (DocumentStatus.DONE, 1)
    assert len(await desk.knowledge.search(desk.operator, [desk.base.id], "text")) == 1

    monkeypatch.setattr(documents_module, "PURGED_AFTER", timedelta(0))
    await desk.knowledge.delete_document(desk.operator, document.id, undo=True)
    with pytest.raises(Conflict):
        await desk.knowledge.restore_document(desk.operator, document.id)


async def test_a_document_restored_in_the_middle_of_its_work_is_worked_on_anew(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    await desk.knowledge.delete_document(desk.operator, document.id, undo=True)
    assert await tasks.documents_waiting(desk.parts) == []
    await desk.knowledge.restore_document(desk.operator, document.id)
    assert [waiting.row_id for waiting in await tasks.documents_waiting(desk.parts)] == [document.id]
    assert (await desk.ingest(document)).status is DocumentStatus.DONE


async def test_a_document_is_taken_over_once_its_worker_was_silent_for_so_many_looks(desk: Desk) -> None:
    """The clock of the worker says nothing: it may be an hour ahead of ours, or behind."""
    document = await desk.add("a.txt", "Some text.")

    async def stirred(ahead: timedelta) -> None:
        async with desk.services.units.write(EVERYWHERE) as work:
            row = await Documents(work.session, desk.operator.project_id).change(document.id)
            row.status, row.updated_at = DocumentStatus.RUNNING, utc_now() + ahead
            work.session.add(row)

    for hours in (-1, 1):
        await stirred(timedelta(hours=hours))
        looks = [len(await tasks.documents_waiting(desk.parts)) for _ in range(LOOKS + 1)]
        assert looks == [0] * LOOKS + [1]
    for minutes in range(LOOKS + 1):
        await stirred(timedelta(minutes=minutes - LOOKS / 2))
        assert await tasks.documents_waiting(desk.parts) == []


async def test_an_act_on_a_selection_passes_over_what_changed_meanwhile(desk: Desk) -> None:
    good, bad = await desk.added("good.txt", "Good."), await desk.added("empty.txt", "")
    assert await desk.knowledge.retry_documents(desk.operator, [good.id, "doc_gone", bad.id]) == [bad.id]
    assert await desk.knowledge.delete_documents(desk.operator, [good.id, bad.id, good.id]) == [good.id, bad.id]
    assert await desk.knowledge.restore_documents(desk.operator, [bad.id]) == [bad.id]


async def test_a_list_is_filtered_by_name_and_status(desk: Desk) -> None:
    await desk.added("Returns_policy.md", "Text one.")
    await desk.added("100%.md", "Text two.")
    await desk.added("empty.md", "")
    names = {
        text: [row.name for row in (await _listed(desk, text=text))] for text in ("returns", "%", "_", "nothing", "MD")
    }
    assert names["returns"] == ["Returns_policy.md"]
    assert names["%"] == ["100%.md"]
    assert names["_"] == ["Returns_policy.md"]
    assert names["nothing"] == []
    assert len(names["MD"]) == 3
    assert [row.name for row in await _listed(desk, status=DocumentStatus.FAILED)] == ["empty.md"]
    assert await desk.knowledge.count_documents(desk.operator, desk.base.id, DocumentFilter("md")) == 3


async def _listed(desk: Desk, **wanted: object) -> list:
    return (await desk.knowledge.list_documents(desk.operator, desk.base.id, Page(), DocumentFilter(**wanted))).items


async def test_a_foreign_document_reads_like_an_unknown_one(desk: Desk, stranger: Operator) -> None:
    document = await desk.added("a.txt", "Some text.")
    for act in (
        desk.knowledge.get_document,
        desk.knowledge.list_chunks,
        desk.knowledge.outline,
        desk.knowledge.read_file,
        desk.knowledge.cancel,
        desk.knowledge.retry,
        desk.knowledge.delete_document,
        desk.knowledge.restore_document,
        desk.knowledge.replace_older,
    ):
        with pytest.raises(NotFound) as foreign:
            await act(stranger, document.id)
        with pytest.raises(NotFound) as unknown:
            await act(stranger, "doc_unknown")
        assert foreign.value.message == unknown.value.message
