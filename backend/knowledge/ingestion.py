"""One attempt at one document: from its file to passages that are found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from backend.errors import InvalidInput, NotFound, Unavailable
from backend.knowledge.errors import UploadInterrupted
from backend.knowledge.hiding import take_place
from backend.knowledge.models import DocumentRow
from backend.knowledge.parts import Parts, object_key
from backend.knowledge.progress import Ledger
from backend.knowledge.repository import Chunks, KnowledgeBases
from backend.knowledge.types import Chunk, DocumentStatus, Stage, chunk_id
from backend.ports.database import OfProject
from backend.ports.embeddings import Embedder, Vectors
from backend.ports.parsing import Chunk as Piece
from backend.ports.parsing import ParsedDocument
from backend.ports.vectors import Point

CHUNKS_A_UNIT = 1_000  # about 30 ms of the only writer of SQLite
CHUNKS_A_BATCH = 250
PAUSES_SECONDS = (1.0, 5.0)  # a room that ended is back at once; a provider's engine has waited by itself before
NUM_ROUNDS = 3


class Ingestion:
    """Works through the stages. What a stage leaves is written before the next begins, so a new attempt skips it."""

    def __init__(self, parts: Parts, ledger: Ledger, row: DocumentRow) -> None:
        self._parts = parts
        self._ledger = ledger
        self._row = row
        self._tenant = OfProject(row.project_id)
        self._num_chunks = row.num_chunks

    async def run(self) -> None:
        is_cut = Stage(self._row.stage) in {Stage.EMBED, Stage.INDEX}
        if not is_cut:
            await self._cut(await self._parse())
        await self._make_findable(await self._num_indexed() if is_cut else 0)
        ended = {"stage": Stage.INDEX, "percent": 100, "error": "", "hint": ""}
        await self._ledger.end(DocumentStatus.DONE, also=take_place, **ended)

    async def _parse(self) -> ParsedDocument:
        await self._ledger.advance(Stage.PARSE)
        try:
            async with self._parts.objects.open(object_key(self._row.project_id, self._row.id)) as path:
                return await self._parts.parser.parse(path, self._row.name)
        except NotFound as error:
            raise UploadInterrupted from error

    async def _cut(self, document: ParsedDocument) -> None:
        await self._ledger.advance(Stage.CHUNK, kind=document.kind, num_pages=document.num_pages, num_chunks=0)
        async with self._parts.units.read(self._tenant) as session:
            base = (await KnowledgeBases(session, self._row.project_id).many([self._row.knowledge_base_id]))[0]
        pieces = await self._parts.chunker.cut(document, size=base.chunk_size, overlap=base.chunk_overlap)
        if not pieces:
            raise InvalidInput("There is no text in this file.", hint="A scanned page needs its text recognised first.")
        for start in range(0, len(pieces), CHUNKS_A_UNIT):
            await self._keep(pieces, start)
        self._num_chunks = len(pieces)

    async def _keep(self, pieces: Sequence[Piece], start: int) -> None:
        """Write some chunks; the first ones replace those of an attempt that broke off here."""
        some = pieces[start : start + CHUNKS_A_UNIT]
        num_kept = start + len(some)
        chunks = [
            Chunk(chunk_id(self._row.id, start + number), start + number, piece.heading_path, piece.text, piece.page)
            for number, piece in enumerate(some)
        ]
        is_last = num_kept == len(pieces)
        async with self._parts.units.write(self._tenant) as work:
            await self._ledger.write(
                work,
                stage=Stage.EMBED if is_last else Stage.CHUNK,
                percent=0 if is_last else num_kept * 100 // len(pieces),
                num_chunks=num_kept,
            )
            rows = Chunks(work.session, self._row.project_id)
            if start == 0:
                await rows.delete(self._row.id)
            await rows.add(self._row.id, chunks)

    async def _num_indexed(self) -> int:
        """Return how many chunks from the first on an earlier attempt has surely indexed: whole batches, in order."""
        num = await self._parts.index.count(
            self._row.embedding_model, project_id=self._row.project_id, document_id=self._row.id
        )
        return num // CHUNKS_A_BATCH * CHUNKS_A_BATCH

    async def _make_findable(self, num_done: int) -> None:
        """Index all chunks, then count: an overtaken attempt may have cleaned up behind our back."""
        embedder = await self._parts.open_embedder(self._row.project_id, self._row.embedding_model)
        for _ in range(NUM_ROUNDS):
            await self._index_from(num_done, embedder)
            num_found = await self._parts.index.count(
                self._row.embedding_model, project_id=self._row.project_id, document_id=self._row.id
            )
            if num_found == self._num_chunks:
                return
            num_done = 0
        raise Unavailable("The index did not keep all passages.", hint="Retry in a minute.")

    async def _index_from(self, num_done: int, embedder: Embedder) -> None:
        """Embed a batch while the one before it is being indexed; the two engines are different processes."""
        indexing: asyncio.Task[None] | None = None
        try:
            async for chunks in self._batches(num_done):
                vectors = await self._embed(embedder, chunks)
                if indexing:
                    await indexing
                indexing = asyncio.create_task(self._upsert(chunks, vectors))
                num_done += len(chunks)
                await self._ledger.advance(Stage.EMBED, num_done * 100 // max(self._num_chunks, 1))
            await self._ledger.advance(Stage.INDEX)
            if indexing:
                await indexing
        finally:
            # Whatever ends us: a write must not land after somebody else was told that we are gone.
            if indexing:
                await asyncio.wait({indexing})

    async def _batches(self, num_done: int) -> AsyncIterator[list[Chunk]]:
        last = num_done - 1
        while True:
            async with self._parts.units.read(self._tenant) as session:
                chunks = await Chunks(session, self._row.project_id).behind(self._row.id, last, CHUNKS_A_BATCH)
            if not chunks:
                return
            yield chunks
            last = chunks[-1].ordinal

    async def _embed(self, embedder: Embedder, chunks: Sequence[Chunk]) -> Vectors:
        texts = [_searchable(chunk) for chunk in chunks]
        for pause in PAUSES_SECONDS:
            try:
                return await embedder.embed(texts)
            except Unavailable:
                await asyncio.sleep(pause)
        return await embedder.embed(texts)

    async def _upsert(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        points = [
            Point(
                id=chunk.id,
                vector=vectors.row(number),
                text=_searchable(chunk),
                project_id=self._row.project_id,
                knowledge_base_id=self._row.knowledge_base_id,
                document_id=self._row.id,
            )
            for number, chunk in enumerate(chunks)
        ]
        await self._parts.index.upsert(self._row.embedding_model, points)


def _searchable(chunk: Chunk) -> str:
    return Piece(chunk.heading_path, chunk.text, chunk.page).searchable
