"""What a reviewer is asked; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a person about an answer, with the ends of its scale."""

    name: str
    question: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Review:
    """An answer that waits for a person. Which variant gave it is not told, so that nobody is led."""

    number: int
    row: int
    input: dict[str, Any]
    expected: Any
    output: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Reviews:
    """Some that wait, in the order of asking; `num_waiting` counts all that do, `num_scored` those that did."""

    items: tuple[Review, ...]
    num_waiting: int
    num_scored: int
