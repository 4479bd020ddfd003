"""PDF through pdfium. kreuzberg without its layout model runs paragraphs together and was seen to lose some."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pypdfium2

from backend.engines.parsing.pdf_blocks import ENDS_A_SENTENCE, Block, blocks_of
from backend.engines.parsing.pdf_grids import Grid, grids_of
from backend.engines.parsing.pdf_lines import Line, lines_of
from backend.engines.parsing.pdf_typography import Typography, without_running_titles
from backend.engines.parsing.tables import clean, rows_as_text
from backend.ports.parsing import ParsedDocument, ParsingFailed, Section

MAX_PAGES = 5_000
MAX_LINES = 500_000
TAIL_BYTES = 4096
LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d+)", re.DOTALL)
END_MARK = b"%%EOF"
CUT_OFF = "The PDF is cut off: its end is missing."
PLACEHOLDERS = {"", "untitled", "(anonymous)", "(unspecified)", "title"}
MIN_CHARACTERS_A_PAGE = 2


def read_pdf(path: Path) -> ParsedDocument:
    _check_whole(path)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ParsingFailed(
                "The PDF is protected with a password.", hint="Remove the password and add it again."
            ) from None
        raise ParsingFailed("The PDF is damaged.", hint="Add it again from the original.") from None
    if len(document) > MAX_PAGES:
        raise ParsingFailed(f"The PDF has {len(document):,} pages; at most {MAX_PAGES:,} are read.")
    pages, heights, grids = _pages(document)
    if sum(len(line.text) for lines in pages for line in lines) < MIN_CHARACTERS_A_PAGE * max(len(pages), 1):
        raise ParsingFailed(
            "The PDF has no text layer: its pages are pictures.",
            hint="Run text recognition (OCR) over it and add it again.",
        )
    title = clean(str(document.get_metadata_dict().get("Title") or ""))
    sections = _sections(without_running_titles(pages, heights), grids)
    named = "" if title.lower() in PLACEHOLDERS else title
    return ParsedDocument("pdf", named or _first_heading(sections), tuple(sections), num_pages=len(pages))


def _check_whole(path: Path) -> None:
    """Refuse a file without its end: pdfium would repair it, and silently leave out what is gone."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(1024)
        stream.seek(max(size - TAIL_BYTES, 0))
        tail = stream.read()
    linearized = LINEARIZED.search(head)
    if END_MARK not in tail or (linearized and size < int(linearized.group(1))):
        raise ParsingFailed(CUT_OFF, hint="Add it again from the original.")


def _pages(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], list[float], list[list[Grid]]]:
    pages, heights, grids, num_lines = [], [], [], 0
    for number in range(len(document)):
        try:
            page = document[number]
            lines = lines_of(page)
            pages.append(lines)
            heights.append(page.get_height())
            grids.append(grids_of(page))
            page.close()
        except pypdfium2.PdfiumError:
            raise ParsingFailed(
                f"Page {number + 1} of the PDF is damaged.", hint="Add it again from the original."
            ) from None
        num_lines += len(lines)
        if num_lines > MAX_LINES:
            raise ParsingFailed(f"The PDF has more than {MAX_LINES:,} lines of text.")
    return pages, heights, grids


def _sections(pages: list[list[Line]], grids: list[list[Grid]]) -> list[Section]:
    typography = Typography.of(pages)
    collected = _Collected()
    blocks = [blocks_of(lines, typography, on_page) for lines, on_page in zip(pages, grids, strict=True)]
    _lower_lone_headings(blocks)
    for number, on_page in enumerate(blocks, 1):
        collected.page(number, on_page)
    collected.end()
    return collected.sections


def _lower_lone_headings(pages: list[list[Block]]) -> None:
    """Make text of what stands large on the first page alone, such as an author's name: no chapter is under it."""
    headings = [block for blocks in pages for block in blocks if block.kind == "heading"]
    times = Counter(block.level for block in headings)
    for block in [block for block in pages[0] if block.kind == "heading"] if pages else []:
        if block is not headings[0] and times[block.level] == 1 and any(block.level < one.level for one in headings):
            block.kind = "paragraph"


class _Collected:
    """Blocks under the headings above them, in sections that end with their page."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._headings: list[tuple[int, str]] = []
        self._texts: list[str] = []
        self._page = 1
        self._is_bare = False  # nothing stands under the last heading yet

    def page(self, number: int, blocks: list[Block]) -> None:
        rest = blocks
        if self._texts and blocks and self._goes_on(blocks[0]):
            # The end of a sentence belongs to its beginning, also when it stands on the next page.
            self._texts[-1] = f"{self._texts[-1]} {blocks[0].text}"
            rest = blocks[1:]
        self.close()
        self._page = number
        for block in rest:
            if block.kind == "heading":
                self.close()
                self._heading(block)
            elif block.kind == "rows":
                self.close()
                self._add("\n\n".join(rows_as_text(block.rows)), rows=True)
            else:
                self._texts.append(block.text)

    def end(self) -> None:
        """Close the last section; a heading that nothing follows is text after all."""
        self.close()
        self._keep_bare(0)

    def close(self) -> None:
        self._add("\n\n".join(self._texts), rows=False)
        self._texts = []

    def _heading(self, block: Block) -> None:
        self._keep_bare(block.level)
        self._headings = [(level, name) for level, name in self._headings if level < block.level]
        self._headings.append((block.level, block.text))
        self._is_bare = True

    def _keep_bare(self, level: int) -> None:
        """Keep the words of a heading without text that one of this level would take the place of."""
        if self._is_bare and self._headings[-1][0] >= level:
            _, name = self._headings.pop()
            self._add(name, rows=False)
        self._is_bare = False

    def _goes_on(self, block: Block) -> bool:
        return block.kind == "paragraph" and block.text[:1].islower() and not ENDS_A_SENTENCE.search(self._texts[-1])

    def _add(self, text: str, *, rows: bool) -> None:
        if text.strip():
            self._is_bare = False
            self.sections.append(Section(tuple(name for _, name in self._headings), text, self._page, rows))


def _first_heading(sections: list[Section]) -> str:
    return next((section.heading_path[0] for section in sections if section.heading_path), "")
