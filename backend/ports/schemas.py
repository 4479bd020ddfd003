"""JSON Schemas: whether a value keeps to one that a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where a value breaks its schema: `path` as `answer.days` or `cites[0]`, empty for the value as a whole."""

    path: str
    words: str


class Checker(Protocol):
    """One schema, ready to be held against many values."""

    def flaws(self, value: Any) -> tuple[Flaw, ...]:
        """Return what is wrong with a JSON value, at most a few of it; nothing when it fits."""
        ...


class Schemas(Protocol):
    """Makes checkers. A schema reads no file and no address, and none takes longer than its size allows."""

    def checker(self, schema: dict[str, Any]) -> Checker:
        """Raise InvalidInput, with a sentence, for what is no JSON Schema or too intricate to be checked."""
        ...
