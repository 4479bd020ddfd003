"""Sections become chunks, cut where a paragraph, a sentence or a word ends."""

from __future__ import annotations

from collections.abc import Sequence

from backend.engines.parsing.orders import Cut
from backend.engines.room.batches import in_batches
from backend.engines.room.room import Room
from backend.errors import InvalidInput
from backend.ports.parsing import Chunk, ParsedDocument, Section

CHARACTERS_A_CALL = 64_000  # some 10 ms in the room, where questions wait to be embedded


class SemanticChunker:
    """Cuts in the texts room; what fits into one chunk anyway never goes there."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def cut(self, document: ParsedDocument, *, size: int, overlap: int) -> list[Chunk]:
        if not 0 <= overlap < size:
            raise InvalidInput("The overlap must be smaller than the size of a chunk.")
        blocks = [block for section in document.sections for block in _blocks(section, size)]
        groups = _groups(blocks, size)

        async def cut(some: Sequence[list[Section]]) -> list[list[str]]:
            texts = [section.text for group in some for section in group]
            overlaps = [0 if section.rows else overlap for group in some for section in group]
            return await self._room.call(Cut(texts, size, overlaps), list[list[str]])

        long = [group for group in groups if any(len(section.text) > size for section in group)]
        answers = await in_batches(long, 1, cut)
        pieces = {
            id(section): found
            for group, answer in zip(long, answers, strict=True)
            for section, found in zip(group, answer, strict=True)
        }
        return [
            Chunk(section.heading_path, text, section.page)
            for section in blocks
            for text in pieces.get(id(section), [section.text])
            if text.strip()
        ]


def _groups(blocks: list[Section], size: int) -> list[list[Section]]:
    """Put long sections together into calls of bounded length; short ones need no cutting."""
    groups: list[list[Section]] = []
    filled = CHARACTERS_A_CALL
    for block in blocks:
        if len(block.text) <= size:
            continue
        if filled + len(block.text) > CHARACTERS_A_CALL:
            groups.append([])
            filled = 0
        groups[-1].append(block)
        filled += len(block.text)
    return groups


def _blocks(section: Section, size: int) -> list[Section]:
    """Cut a section that is too long for one call at its paragraphs, or hard where it has none."""
    most = max(CHARACTERS_A_CALL, size)
    blocks, start = [], 0
    while len(section.text) - start > most:
        end = section.text.rfind("\n\n", start, start + most)
        end = end if end > start else start + most
        blocks.append(Section(section.heading_path, section.text[start:end], section.page, section.rows))
        start = end
    return [*blocks, Section(section.heading_path, section.text[start:].strip("\n"), section.page, section.rows)]
