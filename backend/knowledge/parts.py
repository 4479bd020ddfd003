"""What the use cases and the jobs of knowledge work with; the composition root fills it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from backend.knowledge.types import MAX_DOCUMENT_BYTES
from backend.ports.embeddings import Embedder
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.ports.objects import ObjectStore
from backend.ports.parsing import Chunker, Parser
from backend.ports.vectors import VectorIndex
from backend.silence import Silence
from backend.unit_of_work import Units

# Give the embedder of a project's model "provider:model". Raise NotFound or Unavailable.
OpenEmbedder = Callable[[str, str], Awaitable[Embedder]]

INGEST = "ingest_document"
PURGE_DOCUMENT = "purge_document"
PURGE_BASE = "purge_knowledge_base"
# A pulse comes each minute and a look each five seconds: what is silent for five pulses lost its worker.
LOOKS = 60


class Turns:
    """One worker at a time for each document in this process: a purge waits until the last write of a job is in."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._num_wanting: defaultdict[str, int] = defaultdict(int)

    @asynccontextmanager
    async def of(self, document_id: str) -> AsyncIterator[None]:
        self._num_wanting[document_id] += 1
        try:
            async with self._locks[document_id]:
                yield
        finally:
            self._num_wanting[document_id] -= 1
            if not self._num_wanting[document_id]:
                del self._num_wanting[document_id], self._locks[document_id]


@dataclass(frozen=True)
class Parts:
    """The engines behind knowledge."""

    units: Units
    objects: ObjectStore
    index: VectorIndex
    parser: Parser
    chunker: Chunker
    events: Events
    jobs: Jobs
    open_embedder: OpenEmbedder
    max_document_bytes: int = MAX_DOCUMENT_BYTES
    turns: Turns = field(default_factory=Turns)
    silence: Silence = field(default_factory=lambda: Silence(LOOKS))


def object_key(project_id: str, document_id: str) -> str:
    """Return where a document's file lies. Nothing that a person typed is part of it."""
    return f"{project_id}/documents/{document_id}"
