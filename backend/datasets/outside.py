"""What datasets need beside the database, the schemas and the reader of files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.datasets.types import Alike
from backend.ports.language_model import LanguageModel
from backend.providers.service import ProviderService


class Search(Protocol):
    """A `backend.datasets.likeness.Search` that somebody began; `num_left` texts are not compared so far."""

    num_left: int

    def go_on(self, seconds: float) -> bool: ...

    def found(self) -> list[Alike]: ...


class FindAlike(Protocol):
    """`backend.datasets.likeness.Search`, which is loaded when it is first needed."""

    def __call__(self, texts: Sequence[str], least: float, *, since: int = 0, most: int = 5) -> Search: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """`find_alike` loads what compares texts."""

    find_alike: Callable[[], Awaitable[FindAlike]]
    models: ProviderService
    language_model: LanguageModel
