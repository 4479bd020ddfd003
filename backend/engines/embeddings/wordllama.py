"""WordLlama behind a room: 256 dimensions, some 6,500 chunks of 130 tokens a second on one core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backend.engines.embeddings.orders import Embed
from backend.engines.room.batches import in_batches
from backend.engines.room.room import Room
from backend.ports.embeddings import Vectors

TEXTS_WORKER = "backend.engines.embeddings.texts_worker"
DIMENSIONS = 256
# A question waits behind the texts before it: with 100 a call 18 to 25 ms, with 16 about 4.
TEXTS_A_CALL = 16


def texts_room(folder: Path, log: Path) -> Room:
    """Return the room where texts are cut and embedded, which its users share."""
    return Room("The embedding model", TEXTS_WORKER, folder, log)


class WordLlamaEmbedder:
    """The room starts at the first call; the model takes about half a second and 100 MB."""

    def __init__(self, texts_room: Room) -> None:
        self._room = texts_room

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    @property
    def pid(self) -> int | None:
        """Return the process id of the room's child; None where none runs."""
        return self._room.pid

    async def embed(self, texts: Sequence[str]) -> Vectors:
        parts = await in_batches(texts, TEXTS_A_CALL, self._rows)
        return Vectors(b"".join(parts), DIMENSIONS)

    async def close(self) -> None:
        await self._room.close()

    async def _rows(self, texts: Sequence[str]) -> bytes:
        return await self._room.call(Embed(list(texts)), bytes)
