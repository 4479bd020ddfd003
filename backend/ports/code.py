"""Code that an operator wrote, run where it can reach nothing but its own values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from backend.errors import InvalidInput


class CodeFailed(InvalidInput):
    """Its words say what went wrong in the code. `at_limit` where it used up its time or its memory."""

    def __init__(self, message: str, *, at_limit: bool = False) -> None:
        super().__init__(message)
        self.at_limit = at_limit


@dataclass(frozen=True, slots=True)
class Found:
    """What the function `score` returned: a `value` from 0 to 1, a pass, a label, or several of them."""

    value: float | None = None
    passed: bool | None = None
    label: str = ""
    reason: str = ""


class Code(Protocol):
    """Each run begins anew: nothing of an earlier one is left."""

    async def why_off(self) -> str:
        """Say why no code is run here and what would change that; empty where it is run."""
        ...

    async def check(self, code: str) -> None:
        """Read the code without running it. Raise CodeFailed, Unavailable."""
        ...

    async def run(self, code: str, given: Mapping[str, Any]) -> Found:
        """Call its function `score` with what it asks for by name of `given`. Raise CodeFailed, Unavailable."""
        ...

    async def close(self) -> None: ...
