"""What the page of a document draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.knowledge.types import Chunk, Heading
from console.state.flowing import parted
from console.state.formats import count, counted

WINDOW = 100
BEFORE = 20  # so many passages stand before the chosen one in a fresh window


def window_start(ordinal: int, num_chunks: int) -> int:
    """Return the first ordinal of the window that shows a passage with some before it."""
    return max(0, min(ordinal - BEFORE, num_chunks - WINDOW))


@dataclass(frozen=True)
class PassageText:
    """A passage in the text: `shared` is what the one before it ends with, `text` is the rest."""

    id: str
    ordinal: int
    number: str
    heading: str
    length: str
    shared: str
    text: str
    anchor: str


@dataclass(frozen=True)
class OutlineLine:
    """A heading with the passages under it; `first` is the ordinal to go to.

    `last` ends what stands directly under it, before the next heading, however deep that is.
    """

    text: str
    depth: int
    passages: str
    first: int
    last: int


@dataclass(frozen=True)
class Fact:
    name: str
    value: str
    mono: bool = False


@dataclass(frozen=True)
class Chosen:
    """The passage at the right. `ordinal` is -1 while none is chosen."""

    ordinal: int = -1
    title: str = ""
    heading: str = ""
    text: str = ""
    figures: list[Fact] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def passage_texts(chunks: Sequence[Chunk], name: str) -> list[PassageText]:
    """Draw chunks of a document in order; the innermost heading stands over the first passage below it."""
    lines: list[PassageText] = []
    path: tuple[str, ...] | None = None
    for chunk in chunks:
        starts = chunk.heading_path != path and bool(chunk.heading_path)
        path = chunk.heading_path
        shared, text = parted(chunk.text, chunk.overlap, name)
        lines.append(
            PassageText(
                id=chunk.id,
                ordinal=chunk.ordinal,
                number=str(chunk.ordinal + 1),
                heading=chunk.heading_path[-1] if starts else "",
                length=counted(len(chunk.text), "character"),
                shared=shared,
                text=text,
                anchor=f"passage-{chunk.ordinal + 1}",
            )
        )
    return lines


def outline_lines(headings: Sequence[Heading]) -> list[OutlineLine]:
    """Draw headings in order; the one that a passage directly stands under is drawn as the place."""
    ends = [heading.first - 1 for heading in headings[1:]]
    return [
        OutlineLine(
            text=heading.text or "Text without a heading",
            depth=min(heading.depth, 4),
            passages=_range(heading),
            first=heading.first,
            last=min(heading.last, end),
        )
        for heading, end in zip(headings, [*ends, headings[-1].last if headings else 0], strict=False)
    ]


def _range(heading: Heading) -> str:
    first, last = heading.first + 1, heading.last + 1
    return f"{first}" if first == last else f"{first} to {last}"


def chosen_passage(chunk: Chunk, num_chunks: int, chunk_size: int, model: str) -> Chosen:
    facts = [Fact("Heading path", ", ".join(chunk.heading_path) or "None")]
    if chunk.page is not None:
        facts.append(Fact("Page", count(chunk.page)))
    facts += [
        Fact("Place", f"{chunk.ordinal + 1:,} of {num_chunks:,}"),
        Fact("Embedding", model, mono=True),
        Fact("Id", chunk.id, mono=True),
    ]
    return Chosen(
        ordinal=chunk.ordinal,
        title=f"Passage {chunk.ordinal + 1}",
        heading=chunk.heading_path[-1] if chunk.heading_path else "",
        text=chunk.text,
        figures=[
            Fact("Characters", f"{len(chunk.text):,} of {chunk_size:,}"),
            Fact("Words", count(len(chunk.text.split()))),
            Fact("Shared", count(chunk.overlap)),
        ],
        facts=facts,
    )
