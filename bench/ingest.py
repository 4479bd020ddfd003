"""How fast parsed text becomes searchable, how fast it is found, and whether the web process's loop stands meanwhile.

All of it through the ports and the embedded engines, as the knowledge slice uses them. The comparison was measured on a
machine like this one, with the same embedder.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from backend.engines.embeddings.wordllama import WordLlamaEmbedder, texts_room
from backend.engines.parsing.chunks import SemanticChunker
from backend.engines.vectors.edge import EdgeVectorIndex
from backend.ports.parsing import Chunk, ParsedDocument, Section
from backend.ports.vectors import Point, VectorQuery
from bench.table import Figure, main

SPACE, PROJECT = "bench:256", "prj_bench"
DOCUMENTS_AT_ONCE = 2
CHUNKS_A_DOCUMENT = 500
INGESTED, INDEXED, SEARCHED = 10_000, 20_000, 50_000
NUM_QUERIES, NUM_BASES = 300, 50
TICK_SECONDS = 0.005
CHUNK_CHARACTERS = 750  # 130 tokens of the words below
WORDS = """
    account address agreement answer battery board bridge business cable call carrier cause change charge claim contract
    country customer damage date day deadline delivery device discount display document email employee engineer error
    evening fault fee form guide handbook holiday hour incident invoice item label law lead letter limit list machine
    manual market meeting message minute month morning name network note notice number offer office order owner package
    page paper parcel part partner password payment period person phone place plan point policy power price problem
    process product proof question reason receipt record refund region repair reply report request result return rule
    safety sale schedule screen seat server service shop signature software stage status step store street supplier
    supply support system table task team ticket time title tool total training transport travel update user value
    vendor version visit warehouse warranty week window work worker year zone accept add agree allow apply arrive ask
    begin bring build buy cancel carry check choose close collect connect contain cover create decide deliver describe
    expect explain find follow give hold include keep know leave lose make need offer open pay prepare receive remain
    remove replace reach read require return save sell send show sign start stop store take tell train use wait write
""".split()  # noqa: SIM905 - a list of words reads as a text
generator = random.Random(7)


def sentence() -> str:
    return " ".join(generator.choices(WORDS, k=14)).capitalize() + "."


def document(num_chunks: int) -> ParsedDocument:
    """Return sections of one chunk each, as a handbook's pages are."""
    sections = (
        Section((f"Chapter {number // 20}", f"Part {number}"), " ".join(sentence() for _ in range(7)), number)
        for number in range(num_chunks)
    )
    return ParsedDocument("pdf", "", tuple(sections))


def library(total: int, first: int = 0) -> dict[int, ParsedDocument]:
    """Return documents of `total` chunks together, numbered from `first`."""
    return {number: document(CHUNKS_A_DOCUMENT) for number in range(first, first + total // CHUNKS_A_DOCUMENT)}


def point(chunk: Chunk, vector: bytes, number: int) -> Point:
    made_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {chunk.heading}"))
    return Point(made_id, vector, chunk.searchable, PROJECT, f"kb_{number % NUM_BASES}", f"doc_{number}")


class Rooms:
    def __init__(self, folder: Path) -> None:
        texts = texts_room(folder / "rooms", folder / "log")
        self.embedder, self.chunker = WordLlamaEmbedder(texts), SemanticChunker(texts)
        self.index = EdgeVectorIndex(folder / "vectors", folder / "log")

    async def ingest(self, parsed: ParsedDocument, number: int) -> int:
        chunks = await self.chunker.cut(parsed, size=CHUNK_CHARACTERS, overlap=0)
        vectors = await self.embedder.embed([chunk.searchable for chunk in chunks])
        points = [point(chunk, vectors.row(at), number) for at, chunk in enumerate(chunks)]
        await self.index.upsert(SPACE, points)
        return len(points)

    async def fill(self, parsed: dict[int, ParsedDocument]) -> tuple[int, float]:
        """Ingest documents, two at once; return the number of chunks and the seconds."""
        slots = asyncio.Semaphore(DOCUMENTS_AT_ONCE)

        async def one(number: int) -> int:
            async with slots:
                return await self.ingest(parsed[number], number)

        began = time.perf_counter()
        counts = await asyncio.gather(*(one(number) for number in parsed))
        return sum(counts), time.perf_counter() - began

    async def close(self) -> None:
        await self.index.close()
        await self.embedder.close()


@contextlib.asynccontextmanager
async def ticking(lags: list[float], works: list[float]) -> AsyncIterator[None]:
    """Collect by how many seconds each tick of the loop came late, and how many of them it computed.

    On a machine that is busy elsewhere a loop lags although it has nothing to do; the second number does not.
    """

    async def tick() -> None:
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK_SECONDS)
            lags.append(time.perf_counter() - began - TICK_SECONDS)
            works.append(time.thread_time() - worked)

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()


async def timed_search(rooms: Rooms, bases: tuple[str, ...]) -> tuple[float, float]:
    """Return milliseconds at the middle and at 95 of 100 hybrid searches, the embedding of the question included."""
    waits = []
    for _ in range(NUM_QUERIES):
        words = sentence()
        began = time.perf_counter()
        vector = (await rooms.embedder.embed([words])).row(0)
        query = VectorQuery(PROJECT, bases, "hybrid", vector, words, 10)
        found = await rooms.index.search(SPACE, query)
        waits.append((time.perf_counter() - began) * 1e3)
        assert len(found) == 10, found
    return statistics.median(waits), sorted(waits)[int(0.95 * len(waits))]


async def measured() -> list[Figure]:
    every_base = tuple(f"kb_{number}" for number in range(NUM_BASES))
    with tempfile.TemporaryDirectory() as folder:
        rooms = Rooms(Path(folder))
        await rooms.ingest(document(16), 10_000)  # starts the children
        num_chunks, seconds = await rooms.fill(library(INGESTED))
        lags: list[float] = []
        works: list[float] = []
        second = library(INDEXED, 100)
        async with ticking(lags, works):
            await rooms.fill(second)
        await rooms.fill(library(SEARCHED - INGESTED - INDEXED, 200))
        assert await rooms.index.count(SPACE, project_id=PROJECT) == SEARCHED + 16
        middle, high = await timed_search(rooms, every_base)
        narrow, _ = await timed_search(rooms, ("kb_1",))
        await rooms.close()
    print(f"{num_chunks} chunks in {seconds:.1f} s; hybrid p95 {high:.1f} ms")
    print(f"the loop worked {max(works) * 1e3:.1f} ms at most between two of {len(works)} ticks")
    return [
        Figure(
            "parsed text -> searchable, embedded engines",
            num_chunks / seconds,
            "chunks/s",
            1500,
            "LlamaIndex 0.14, in memory: 462/s",
            462,
            more_is_better=True,
        ),
        Figure(
            "longest stall of the loop while 20,000 are indexed",
            max(lags) * 1e3,
            "ms",
            50,
            "Edge in process: 5 s",
            5000,
        ),
        Figure("question embedded, hybrid search over 50,000, p50", middle, "ms", 10, "room alone: 3.5 ms"),
        Figure("the same within one knowledge base of 1,000, p50", narrow, "ms", 5),
    ]


def figures() -> Iterator[Figure]:
    yield from asyncio.run(measured())


if __name__ == "__main__":
    main(figures)
