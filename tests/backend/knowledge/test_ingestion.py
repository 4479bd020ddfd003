"""From a file to passages that are found, whatever comes in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import pytest

from backend.errors import Unavailable
from backend.knowledge import ingestion, tasks
from backend.knowledge.errors import AttemptLost
from backend.knowledge.progress import Ledger
from backend.knowledge.repository import DocumentWork
from backend.knowledge.types import DocumentStatus, Stage, chunk_id, document_topic
from backend.ports.embeddings import Vectors
from backend.ports.vectors import Point
from tests.backend.knowledge.conftest import Desk
from tests.factories.samples import MARKDOWN, docx, handbook, pdf, samples, zip_bomb
from tests.tenancy import EVERYWHERE

FOUND = {
    "returns.md": ("furniture 30 days", "markdown"),
    "collection.html": ("collection large items costs", "html"),
    "zones.csv": ("Berlin Tuesday", "csv"),
    "warranty.txt": ("warranty Lindholm frame", "text"),
    "fabric.pdf": ("fabric grade B brushed", "pdf"),
    "care.docx": ("leather dry cloth", "docx"),
}


@pytest.mark.parametrize("name", samples())
async def test_a_file_of_each_kind_is_found_by_its_words(desk: Desk, name: str) -> None:
    document = await desk.added(name, samples()[name])
    words, kind = FOUND[name]
    assert (document.status, document.error) == (DocumentStatus.DONE, "")
    assert (document.kind, document.progress) == (kind, 100)
    for mode in ("semantic", "keyword", "hybrid"):
        found = await desk.knowledge.search(desk.operator, [desk.base.id], words, mode=mode)
        assert found[0].document_id == document.id, mode


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "empty"),
        ("locked.pdf", pdf("Secret.", password="sesame"), "password"),
        ("cut.pdf", pdf("A long page of text.")[:200], "PDF"),
        ("cut.docx", docx()[:900], ""),
        ("bomb.docx", zip_bomb, ""),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, ""),
        ("words.pdf", b"Only words, no PDF.", ""),
        ("nothing.md", b"\n\n   \n", ""),
    ],
)
async def test_a_bad_file_ends_as_failed_with_a_reason_and_the_queue_goes_on(
    desk: Desk, name: str, content: bytes | Callable[[], bytes], words: str
) -> None:
    failed = await desk.added(name, content() if callable(content) else content)
    if name == "words.pdf" and failed.status is DocumentStatus.DONE:
        assert failed.kind == "text"  # typed by its content, whatever it is called
    else:
        assert failed.status is DocumentStatus.FAILED
        assert failed.error.endswith(".")
        assert words in failed.error
        assert "Traceback" not in failed.error
        assert await desk.num_points() == 0
    assert (await desk.added("good.txt", "A good document.")).status is DocumentStatus.DONE


async def test_chunk_ids_are_made_of_document_and_ordinal(desk: Desk) -> None:
    document = await desk.added("returns.md", MARKDOWN)
    chunks = (await desk.knowledge.list_chunks(desk.operator, document.id)).items
    assert [chunk.id for chunk in chunks] == [chunk_id(document.id, number) for number in range(len(chunks))]
    assert [chunk.heading_path[-1] for chunk in chunks] == ["Periods", "Opened items"]


async def test_progress_is_told_in_order_and_ends_at_100(desk: Desk) -> None:
    document = await desk.add("handbook.md", handbook(600))
    told = []
    async with desk.services.events.subscribe(document_topic(document.id)) as events:
        await desk.ingest(document)
        while not told or told[-1]["status"] == "running":
            told.append(await asyncio.wait_for(anext(events), 1))
    progress = [event["progress"] for event in told]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    stages = list(dict.fromkeys(event["stage"] for event in told))
    assert stages == ["parse", "chunk", "embed", "index"]


async def _interrupted(desk: Desk, content: str, stage: Stage) -> str:
    """Start a job and end it as a kill would: no line of its own runs afterwards."""
    document = await desk.add("handbook.md", content)
    working = asyncio.create_task(tasks.ingest_document(desk.parts, document.id))
    while True:
        now = await desk.read(document)
        if now.status is DocumentStatus.RUNNING and now.stage is stage:
            break
        await asyncio.sleep(0.005)
    if stage is Stage.EMBED:
        while await desk.num_points() == 0:
            await asyncio.sleep(0.005)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    return document.id


@pytest.mark.parametrize("stage", [Stage.PARSE, Stage.CHUNK, Stage.EMBED])
async def test_work_that_broke_off_is_gone_on_with_and_nothing_stands_twice(desk: Desk, stage: Stage) -> None:
    document_id = await _interrupted(desk, handbook(1_500), stage)
    before = await desk.knowledge.get_document(desk.operator, document_id)
    assert before.status is DocumentStatus.RUNNING
    await tasks.ingest_document(desk.parts, document_id)
    after = await desk.knowledge.get_document(desk.operator, document_id)
    assert (after.status, after.num_chunks) == (DocumentStatus.DONE, 1_500)
    assert await desk.num_points() == 1_500
    outline = await desk.knowledge.outline(desk.operator, document_id)
    assert outline[0].last == 1_499


async def test_a_new_attempt_embeds_only_what_is_not_indexed_yet(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    document_id = await _interrupted(desk, handbook(1_500), Stage.EMBED)
    num_there = await desk.num_points()
    embedder = desk.services.rooms.embedder
    embedded = 0
    really = type(embedder).embed

    async def counting(self: object, texts: Sequence[str]) -> Vectors:
        nonlocal embedded
        embedded += len(texts)
        return await really(embedder, texts)

    monkeypatch.setattr(type(embedder), "embed", counting)
    await tasks.ingest_document(desk.parts, document_id)
    assert 0 < embedded <= 1_500 - num_there + ingestion.CHUNKS_A_BATCH


async def test_an_overtaken_attempt_writes_nothing_more(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    async with desk.services.units.write(EVERYWHERE) as work:
        first = await DocumentWork(work.session).claim(document.id)
    async with desk.services.units.write(EVERYWHERE) as work:
        second = await DocumentWork(work.session).claim(document.id)
    assert first
    assert second
    late = Ledger(desk.services.units, desk.services.events, first.model_copy(update={"attempt": 1}))
    with pytest.raises(AttemptLost):
        await late.end(DocumentStatus.FAILED, error="I am late.")
    assert (await desk.read(document)).status is DocumentStatus.RUNNING


async def test_points_that_an_overtaken_attempt_took_away_are_put_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = desk.parts.index
    really = type(index).upsert
    num_calls = 0

    async def robbed(self: object, space: str, points: Sequence[Point]) -> None:
        nonlocal num_calls
        num_calls += 1
        await really(index, space, points)
        if num_calls == 1:
            await index.delete(space, project_id=points[0].project_id, document_id=points[0].document_id)

    monkeypatch.setattr(type(index), "upsert", robbed)
    document = await desk.added("handbook.md", handbook(300))
    assert (document.status, await desk.num_points()) == (DocumentStatus.DONE, 300)


async def test_an_embedder_that_stays_away_fails_the_document_and_a_retry_parses_nothing_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "PAUSES_SECONDS", (0.01,))
    embedder, parser = desk.services.rooms.embedder, desk.services.rooms.parser

    async def away(self: object, texts: Sequence[str]) -> Vectors:
        raise Unavailable("The provider answers 429.", hint="Wait a minute.")

    with monkeypatch.context() as patched:
        patched.setattr(type(embedder), "embed", away)
        failed = await desk.added("returns.md", MARKDOWN)
    assert (failed.status, failed.stage) == (DocumentStatus.FAILED, Stage.EMBED)
    assert (failed.error, failed.hint) == ("The provider answers 429.", "Wait a minute.")
    assert failed.may_be_retried

    async def never(self: object, *_: object) -> None:
        raise AssertionError("parsed twice")

    monkeypatch.setattr(type(parser), "parse", never)
    await desk.knowledge.retry(desk.operator, failed.id)
    assert (await desk.ingest(failed)).status is DocumentStatus.DONE


async def test_an_error_nobody_expected_is_told_by_a_reference_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: object, *_: object, **__: object) -> None:
        raise RuntimeError("a secret of /root/data")

    monkeypatch.setattr(type(desk.services.rooms.chunker), "cut", broken)
    failed = await desk.added("a.txt", "Some text.")
    assert failed.error == "Something went wrong on our side."
    assert "err_" in failed.hint
    assert "secret" not in failed.error + failed.hint


async def test_a_file_that_never_arrived_whole_says_so(desk: Desk) -> None:
    document = await desk.add("a.txt", "Some text.")
    await desk.parts.objects.delete(f"{desk.operator.project_id}/documents/{document.id}")
    assert (await desk.ingest(document)).error == "The file did not arrive whole."
