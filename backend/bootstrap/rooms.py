"""The engines that compute or keep files. Making them is cheap: their child processes start at the first call."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

from backend.bootstrap.engines import engine
from backend.bootstrap.logs import children_log
from backend.ports.code import Code
from backend.ports.embeddings import Embedder
from backend.ports.objects import ObjectStore
from backend.ports.parsing import Chunker, Parser
from backend.ports.tables import TableReader
from backend.ports.templates import Templates
from backend.ports.vectors import VectorIndex
from backend.settings import Settings


@dataclass(frozen=True)
class Rooms:
    """`embedder` is the embedded model; endpoints of others are made where their keys are."""

    objects: ObjectStore
    vectors: VectorIndex
    embedder: Embedder
    parser: Parser
    tables: TableReader
    chunker: Chunker
    templates: Templates
    code: Code

    async def close(self) -> None:
        """Let the children flush and end."""
        await self.vectors.close()
        await self.embedder.close()
        await self.parser.close()
        await self.templates.close()
        await self.code.close()


def open_rooms(settings: Settings, *, beside_server: bool = False) -> Rooms:
    """`beside_server` borrows the index of the running server: its folder can be opened once only."""
    folder, log = settings.folder, children_log(settings.folder)
    vectors = (
        engine("vectors.shared", "SharedVectorIndex")(folder)
        if beside_server
        else engine("vectors.edge", "EdgeVectorIndex")(folder / "vectors", log)
    )
    texts = engine("embeddings.wordllama", "texts_room")(folder / "rooms", log)
    parser = engine("parsing.isolated", "IsolatedParser")()  # documents and tables take turns together
    return Rooms(
        objects=cast(ObjectStore, engine("objects.directory", "DirectoryObjects")(folder / "objects")),
        vectors=cast(VectorIndex, vectors),
        embedder=cast(Embedder, engine("embeddings.wordllama", "WordLlamaEmbedder")(texts)),
        parser=cast(Parser, parser),
        tables=cast(TableReader, parser),
        chunker=cast(Chunker, engine("parsing.chunks", "SemanticChunker")(texts)),
        templates=cast(Templates, engine("templates.jinja", "JinjaTemplates")(folder / "rooms", log)),
        code=cast(Code, engine("python_code.runner", "FencedCode")(log, switched_on=settings.python_evaluators)),
    )


def lend_vectors(settings: Settings, rooms: Rooms) -> AbstractAsyncContextManager[None]:
    """Let workers on this machine use the index while the block lasts; on SQLite there are none."""
    if settings.database == "sqlite":
        return nullcontext()
    lending = engine("vectors.shared", "lending")(rooms.vectors, settings.folder)
    return cast("AbstractAsyncContextManager[None]", lending)
