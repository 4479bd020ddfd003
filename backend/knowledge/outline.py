"""How the chunks of a document hang together: by headings, and by the text that neighbours share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from backend.knowledge.types import Chunk, Heading


def outline_of(paths: Sequence[tuple[int, Sequence[str]]]) -> list[Heading]:
    """Return an entry per heading, each with all chunks below it, in reading order.

    `paths` holds the ordinal and the heading path of every chunk, in order. A heading that comes again later in the
    document has an entry of its own.
    """
    entries: list[Heading] = []
    opened: list[int] = []  # where the entries of the current path stand in `entries`
    last: Sequence[str] = ()
    for ordinal, path in paths:
        shared = _num_shared(last, path) if opened else 0
        opened = opened[:shared]
        for place in opened:
            entries[place] = replace(entries[place], last=ordinal)
        for depth, text in enumerate([*path] or [""]):
            if depth >= shared:
                opened.append(len(entries))
                entries.append(Heading(text, depth, ordinal, ordinal))
        last = [*path] or [""]
    return entries


def _num_shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many headings two paths have in common, from the outermost one."""
    pairs = zip(one, [*other] or [""], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


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
