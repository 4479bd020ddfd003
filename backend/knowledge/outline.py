"""How the chunks of a document hang together: by headings, and by the text that neighbours share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.knowledge.types import Chunk, Heading


def outline_of(paths: Sequence[tuple[int, Sequence[str]]]) -> list[Heading]:
    """Return an entry per run of chunks with the same innermost heading, in reading order."""
    entries: list[Heading] = []
    last: Sequence[str] | None = None
    for ordinal, path in paths:
        if last is not None and list(path) == list(last):
            entries[-1] = replace(entries[-1], last=ordinal)
            continue
        entries.append(Heading(path[-1] if path else "", max(len(path) - 1, 0), ordinal, ordinal))
        last = path
    return entries


def with_overlap(chunks: Sequence[Chunk], most: int) -> list[Chunk]:
    """Tell for each chunk how many characters at its start, `most` at most, also end the one before it."""
    told: list[Chunk] = []
    for chunk in chunks:
        before = told[-1] if told and told[-1].heading_path == chunk.heading_path else None
        told.append(replace(chunk, overlap=_shared(before.text, chunk.text, most) if before else 0))
    return told


def _shared(before: str, text: str, most: int) -> int:
    """Return the longest length at which the end of one text is the start of the other."""
    longest = min(len(before), len(text), most)
    return next((length for length in range(longest, 0, -1) if before.endswith(text[:length])), 0)
