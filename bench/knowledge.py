"""Knowledge as people use it: documents through the real job, questions through the real REST route.

The parser alone is replaced, by one that hands out prepared text: the figure is "parsed text -> searchable". The server
that answers the questions is a real one, on the data directory that the job filled.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
from pydantic import SecretStr

from backend import bootstrap
from backend.bootstrap.migrations import upgrade
from backend.cli.serve import settle_memory
from backend.knowledge import tasks
from backend.knowledge.parts import Parts
from backend.operator import Operator
from backend.ports.parsing import Kind, ParsedDocument
from backend.settings import Settings
from bench.ingest import document, sentence, ticking
from bench.table import Figure, main
from tests.serving import Server

DOCUMENTS_AT_ONCE = 2
CHUNKS_A_DOCUMENT = 500
MEASURED, INDEXED, SEARCHED = 10_000, 20_000, 50_000
CHUNK_SIZE = 750
NUM_QUERIES = 300
KEY = "a-key-for-a-data-directory-that-is-thrown-away"


class Prepared:
    """A parser that has read everything before."""

    async def detect(self, path: Path, name: str = "") -> Kind:  # noqa: ARG002
        return "pdf"

    async def parse(self, path: Path, name: str = "") -> ParsedDocument:  # noqa: ARG002
        return self.documents[name]

    async def close(self) -> None: ...

    def __init__(self) -> None:
        self.documents: dict[str, ParsedDocument] = {}


class Desk:
    """A base, and the jobs of its documents called as the queue calls them: two at once."""

    def __init__(self, running: bootstrap.Services, operator: Operator, base_id: str, folder: Path) -> None:
        self.parser = Prepared()
        self._running, self._operator, self._base_id, self._folder = running, operator, base_id, folder
        self._parts: Parts = replace(running.knowledge._parts, parser=self.parser)
        self._num_files = 0

    async def take_in(self, num_chunks: int) -> list[str]:
        """Add documents of so many chunks together; return their ids."""
        ids = []
        for _ in range(num_chunks // CHUNKS_A_DOCUMENT):
            self._num_files += 1
            name = f"{self._num_files}.pdf"
            self.parser.documents[name] = document(CHUNKS_A_DOCUMENT)
            path = self._folder / "given"
            path.write_text(name)
            added = await self._running.knowledge.add_document(self._operator, self._base_id, name, path)
            ids.append(added.document.id)
        return ids

    async def ingest(self, ids: list[str]) -> float:
        """Do the jobs; return the seconds."""
        slots = asyncio.Semaphore(DOCUMENTS_AT_ONCE)

        async def one(document_id: str) -> None:
            async with slots:
                await tasks.ingest_document(self._parts, document_id)

        began = time.perf_counter()
        await asyncio.gather(*(one(document_id) for document_id in ids))
        return time.perf_counter() - began


async def filled(folder: Path) -> tuple[str, float, float, float]:
    """Fill a data directory with 50,000 chunks; return the base, chunks a second, and the loop's worst lag and work."""
    upgrade(f"sqlite:///{folder}/signalbox.db")
    running = await bootstrap.start(
        Settings(data_dir=folder, models="scripted", secret_key=(SecretStr(KEY),)), serving=False
    )
    settle_memory()  # as the server does once it is ready
    operator = await running.identity.ensure_owner()
    base = await running.knowledge.create(operator, "Bench", chunk_size=CHUNK_SIZE, chunk_overlap=0)
    desk = Desk(running, operator, base.id, folder)
    await desk.ingest(await desk.take_in(CHUNKS_A_DOCUMENT))  # starts the children
    seconds = await desk.ingest(await desk.take_in(MEASURED))
    lags: list[float] = []
    works: list[float] = []
    second = await desk.take_in(INDEXED)
    async with ticking(lags, works):
        await desk.ingest(second)
    await desk.ingest(await desk.take_in(SEARCHED - MEASURED - INDEXED - CHUNKS_A_DOCUMENT))
    tally = (await running.knowledge.get(operator, base.id)).tally
    assert (tally.num_chunks, tally.num_failed, tally.num_in_work) == (SEARCHED, 0, 0), tally
    await bootstrap.stop(running)
    return base.id, MEASURED / seconds, max(lags) * 1e3, max(works) * 1e3


def asked(folder: Path, base_id: str) -> tuple[float, float]:
    """Return milliseconds at the middle and at 95 of 100 hybrid searches over REST."""
    waits = []
    with Server(folder, SIGNALBOX_MODELS="scripted", SIGNALBOX_SECRET_KEY=KEY) as server:
        key = server.run("api-key", "create", "--name", "bench").stdout.splitlines()[-1]
        with httpx.Client(base_url=server.base_url, headers={"X-API-Key": key}) as client:
            for number in range(NUM_QUERIES + 20):
                question = {"query": sentence(), "limit": 10, "mode": "hybrid"}
                began = time.perf_counter()
                answer = client.post(f"/api/knowledge-bases/{base_id}/search", json=question)
                if number >= 20:
                    waits.append((time.perf_counter() - began) * 1e3)
                assert len(answer.json()["passages"]) == 10, answer.text
    return statistics.median(waits), sorted(waits)[int(0.95 * len(waits))]


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        folder.mkdir()
        base_id, rate, lag, work = asyncio.run(filled(folder))
        middle, high = asked(folder, base_id)
    print(f"the loop lagged {lag:.0f} ms and worked {work:.0f} ms at most; search over REST p95 {high:.1f} ms")
    yield Figure(
        "parsed text -> searchable, through the job", rate, "chunks/s", 1_500, "LlamaIndex 0.14: 462/s", 462,
        more_is_better=True,
    )  # fmt: skip
    yield Figure("longest stall while a job indexes 20,000", lag, "ms", 50, "Edge in process: 5 s", 5_000)
    yield Figure("hybrid search over 50,000, whole REST call, p50", middle, "ms", 10, "room alone: 3.5 ms")


if __name__ == "__main__":
    main(figures)
