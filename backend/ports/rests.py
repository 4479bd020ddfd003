"""How long providers want to be left alone, told between the processes that ask them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rest:
    """`until` is by the clock that all processes share, `seconds` what was left of it when it was asked for."""

    until: datetime
    seconds: float


class Rests(Protocol):
    """`who` stands for a provider and the key by which it is asked, and names neither.

    Who cannot tell or hear says so in the log and goes on: the provider then refuses each process for itself.
    """

    async def tell(self, who: str, seconds: float) -> datetime | None:
        """Let every process know that `who` asked to be left alone; return until when, None where nobody was told."""
        ...

    async def heard(self, who: str) -> Rest | None:
        """Return what was told last, by whomever, while it lasts."""
        ...
