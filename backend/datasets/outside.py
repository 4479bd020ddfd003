"""What datasets need beside the database, the schemas and the reader of files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.datasets.types import Alike
from backend.ports.language_model import LanguageModel
from backend.providers.service import ProviderService


class FindAlike(Protocol):
    """`backend.datasets.likeness.alike`, which is loaded when it is first needed."""

    def __call__(
        self, texts: Sequence[str], least: float, *, since: int = 0, most: int = 5, stopped: Callable[[], bool] = bool
    ) -> list[Alike]: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """`find_alike` loads what compares texts."""

    find_alike: Callable[[], Awaitable[FindAlike]]
    models: ProviderService
    language_model: LanguageModel
