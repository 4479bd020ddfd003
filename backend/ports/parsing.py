"""Files become sections of text, and sections become chunks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from backend.errors import InvalidInput

Kind = Literal["pdf", "docx", "markdown", "html", "csv", "text"]


class ParsingFailed(InvalidInput):
    """The file cannot be read; the message is a sentence for the person who gave it. Trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading (of one page, where pages are known). Paragraphs are parted by blank lines.

    `heading_path` goes from the outermost heading to the innermost. `page` counts from 1; None where there are none.
    `rows` tells that each paragraph is one record of a table, which a chunk must not cut without need.
    """

    heading_path: tuple[str, ...]
    text: str
    page: int | None = None
    rows: bool = False


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a file says. `title` is empty where it does not name itself; `num_pages` is None where it has none."""

    kind: Kind
    title: str
    sections: tuple[Section, ...]
    num_pages: int | None = None

    @property
    def num_characters(self) -> int:
        return sum(len(section.text) for section in self.sections)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one section. `text` is the piece alone; `searchable` has the heading path before it."""

    heading_path: tuple[str, ...]
    text: str
    page: int | None = None

    @property
    def heading(self) -> str:
        return " > ".join(self.heading_path)

    @property
    def searchable(self) -> str:
        """Return what to embed and to index: a paragraph often leaves its subject to the headings above it."""
        return f"{self.heading}\n{self.text}" if self.heading_path else self.text


class Parser(Protocol):
    """Reads one file in a process of its own; the file may be hostile."""

    async def detect(self, path: Path, name: str = "") -> Kind:
        """Tell the kind by the content; `name` decides only between kinds of plain text. Raise ParsingFailed."""
        ...

    async def parse(self, path: Path, name: str = "") -> ParsedDocument:
        """Read the file at `path`, which the person called `name`.

        Raise ParsingFailed for a file that will never be read, Unavailable where the machine is at fault.
        Cancelling ends the process. Waits for its turn where others are being read.
        """
        ...

    async def close(self) -> None: ...


class Chunker(Protocol):
    """Cuts sections into chunks."""

    async def cut(self, document: ParsedDocument, *, size: int, overlap: int) -> list[Chunk]:
        """Return chunks of at most `size` characters, in reading order, the same for the same document.

        Neighbours within one section share up to `overlap` characters; no chunk holds text of two sections.
        Raise InvalidInput unless 0 <= overlap < size.
        """
        ...
