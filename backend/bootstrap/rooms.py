"""The engines that compute or keep files. Making them is cheap: their child processes start at the first call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from backend.bootstrap.engines import engine
from backend.bootstrap.logs import children_log
from backend.ports.embeddings import Embedder
from backend.ports.objects import ObjectStore
from backend.ports.parsing import Chunker, Parser
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
    chunker: Chunker
    templates: Templates

    async def close(self) -> None:
        """Let the children flush and end."""
        await self.vectors.close()
        await self.embedder.close()
        await self.parser.close()
        await self.templates.close()


def open_rooms(settings: Settings) -> Rooms:
    folder, log = settings.folder, children_log(settings.folder)
    texts = engine("embeddings.wordllama", "texts_room")(folder / "rooms", log)
    return Rooms(
        objects=cast(ObjectStore, engine("objects.directory", "DirectoryObjects")(folder / "objects")),
        vectors=cast(VectorIndex, engine("vectors.edge", "EdgeVectorIndex")(folder / "vectors", log)),
        embedder=cast(Embedder, engine("embeddings.wordllama", "WordLlamaEmbedder")(texts)),
        parser=cast(Parser, engine("parsing.isolated", "IsolatedParser")()),
        chunker=cast(Chunker, engine("parsing.chunks", "SemanticChunker")(texts)),
        templates=cast(Templates, engine("templates.jinja", "JinjaTemplates")(folder / "rooms", log)),
    )
