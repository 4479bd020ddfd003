"""What an answer rests on; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on. `score` is the search's own; `page` counts from 1, None without pages."""

    number: int
    chunk_id: str
    document_id: str
    document_name: str
    heading: str = ""
    text: str = ""
    page: int | None = None
    score: float = 0.0
