"""Pictures that people send of themselves: never kept as they came."""

from __future__ import annotations

from typing import Protocol

MAX_SENT_BYTES = 2_000_000
SIDE_PIXELS = 128


class Pictures(Protocol):
    """What comes out was drawn anew: no metadata, no second file behind the first."""

    async def small(self, sent: bytes) -> bytes:
        """Return the middle of a PNG, JPEG or WebP as a square PNG. Raise InvalidInput for anything else."""
        ...
