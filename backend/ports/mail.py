"""Send a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text to one address."""

    to: str
    subject: str
    text: str


class Mail(Protocol):
    """A way out for letters. Where none is configured there is no such object, and links are shown instead."""

    async def send(self, letter: Letter) -> bool:
        """Return whether a server took the letter. Never raise for a server that does not."""
        ...
