"""Texts become vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

BYTES_PER_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Vectors:
    """Rows of float32 in the machine's order, one behind the other: a list of floats would be 8 times as big.

    `tokens` are what a provider counted, or about what it would have; nought where nobody does.
    """

    rows: bytes
    dimensions: int
    tokens: int = 0

    def __len__(self) -> int:
        return len(self.rows) // (BYTES_PER_NUMBER * self.dimensions)

    def row(self, number: int) -> bytes:
        """Return one row, as `Point.vector` and `VectorQuery.vector` want it. Raise IndexError behind the last."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        width = BYTES_PER_NUMBER * self.dimensions
        return self.rows[number * width : (number + 1) * width]


class Embedder(Protocol):
    """One embedding model. What was indexed by one is found only by the same one."""

    @property
    def dimensions(self) -> int:
        """Return how many numbers a row has."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 per text, in order; an empty text gives zeros. Raise Unavailable."""
        ...

    async def close(self) -> None: ...
