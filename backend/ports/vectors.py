"""Where chunks are found again: dense vectors and BM25 side by side, always fenced by project.

A space holds the chunks of one embedding model, so that all its vectors have one length. Chunk texts live in the
database; the index keeps what it needs to find an id, and the caller reads the rows by the ids it gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Mode = Literal["semantic", "keyword", "hybrid"]


@dataclass(frozen=True, slots=True)
class Point:
    """One chunk. `id` is a UUID in text form, the same at every try: upserting twice is upserting once.

    `vector` is a row of float32 in the machine's order, of the length of the space's first point.
    """

    id: str
    vector: bytes
    text: str
    project_id: str
    knowledge_base_id: str
    document_id: str


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """What is looked for, and where. No knowledge base named means that nothing is found.

    "semantic" reads `vector`, "keyword" reads `text`, "hybrid" reads both and fuses the ranks (RRF).
    """

    project_id: str
    knowledge_base_ids: tuple[str, ...]
    mode: Mode = "hybrid"
    vector: bytes = b""
    text: str = ""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """One found chunk. Scores compare within one answer only: cosine, BM25 and RRF have scales of their own."""

    id: str
    score: float


class VectorIndex(Protocol):
    """Raise Unavailable where the index cannot answer now; every call may be repeated."""

    async def upsert(self, space: str, points: Sequence[Point]) -> None:
        """Add or replace points. They are found by the next search, and survive a crash once this returns.

        Raise InvalidInput where a vector's length differs from the space's.
        """
        ...

    async def search(self, space: str, query: VectorQuery) -> list[Hit]:
        """Return at most `query.limit` hits, best first; an unknown space holds nothing."""
        ...

    async def delete(self, space: str, *, project_id: str, knowledge_base_id: str = "", document_id: str = "") -> None:
        """Delete the points of a document, of a knowledge base, or (both empty) of a whole project."""
        ...

    async def count(self, space: str, *, project_id: str, knowledge_base_id: str = "", document_id: str = "") -> int:
        """Count the points that `delete` with the same arguments would take."""
        ...

    async def close(self) -> None:
        """End what was opened; nothing acknowledged is lost."""
        ...
