"""DOCX, read straight from its XML: kreuzberg loses every `&`, `<` and `>` of a paragraph, and the marks of lists."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from backend.engines.parsing.archives import check_archive
from backend.engines.parsing.docx_parts import Parts, R, W, outline_level, part, value
from backend.engines.parsing.markdown import Cutter, first_heading
from backend.engines.parsing.tables import clean
from backend.ports.parsing import ParsedDocument, ParsingFailed

COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Deleted words, codes of fields, what is drawn twice for old programs, and the properties that hold no text.
SKIPPED = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{COMPATIBILITY}Fallback", f"{W}pPr", f"{W}rPr", f"{W}tbl"}
MAX_DEPTH = 200


def read_docx(path: Path) -> ParsedDocument:
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts, root = Parts.of(archive), part(archive, "word/document.xml")
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise ParsingFailed("The Word document has no text in it.")
        reader = _Reader(parts)
        reader.blocks(body)
    except (ET.ParseError, RecursionError, zipfile.BadZipFile):
        raise ParsingFailed("The Word document is damaged.", hint="Open it, save it anew and add it again.") from None
    reader.cutter.end()
    sections = reader.cutter.sections
    return ParsedDocument("docx", parts.title or first_heading(sections), tuple(sections))


class _Reader:
    def __init__(self, parts: Parts) -> None:
        self.cutter = Cutter()
        self._parts = parts
        self._counts: Counter[tuple[str, int]] = Counter()
        self._list = ""

    def blocks(self, parent: ET.Element, depth: int = 0) -> None:
        """Read paragraphs and tables, also those in content controls and other wrappers."""
        if depth > MAX_DEPTH:
            raise RecursionError
        for element in parent:
            if element.tag == f"{W}p":
                self._paragraph(element)
            elif element.tag == f"{W}tbl":
                self._table(element)
            elif element.tag not in SKIPPED:
                self.blocks(element, depth + 1)

    def _paragraph(self, paragraph: ET.Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = self._parts.style(value(properties, f"{W}pStyle"))
        words = self._text(paragraph)
        own_level = outline_level(properties)
        level = style.level if own_level is None else own_level
        if not words:
            return
        if level is not None:
            self._list = ""
            self.cutter.heading(level, clean(words))
            return
        number_id = (value(properties, f"{W}numPr/{W}numId") or style.number_id).removeprefix("0")
        # Items of one list stand line under line, everything else is parted by a blank one.
        if not number_id or number_id != self._list:
            self.cutter.line("")
        self.cutter.line(f"{self._mark(properties, number_id) if number_id else ''}{words}")
        self._list = number_id

    def _mark(self, properties: ET.Element | None, number_id: str) -> str:
        """Return the bullet or number before an item of a list."""
        depth = value(properties, f"{W}numPr/{W}ilvl") or "0"
        level = int(depth) if depth.isdigit() else 0
        shape = self._parts.formats.get((number_id, depth), "bullet")
        indent = "  " * level
        if shape in {"bullet", "none"}:
            return f"{indent}- "
        self._counts[number_id, level] += 1
        for deeper in [key for key in self._counts if key[0] == number_id and key[1] > level]:
            del self._counts[deeper]
        return f"{indent}{self._counts[number_id, level]}. "

    def _table(self, table: ET.Element) -> None:
        rows: list[list[str]] = []
        for row in table.iter(f"{W}tr"):
            cells: list[str] = []
            for cell in row.iter(f"{W}tc"):
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                goes_on = merged is not None and merged.get(f"{W}val", "continue") == "continue"
                above = rows[-1][len(cells)] if goes_on and rows and len(rows[-1]) > len(cells) else ""
                span = value(cell, f"{W}tcPr/{W}gridSpan")
                cells.append(above or clean(" ".join(self._text(each) for each in cell.iter(f"{W}p"))))
                cells += [""] * (min(int(span), 50) - 1 if span.isdigit() else 0)
            rows.append(cells)
        self._list = ""
        self.cutter.table(rows)

    def _text(self, paragraph: ET.Element) -> str:
        return "".join(self._pieces(paragraph)).strip()

    def _pieces(self, parent: ET.Element) -> Iterator[str]:
        for element in parent:
            tag = element.tag.removeprefix(W)
            if tag == "t":
                yield element.text or ""
            elif tag in {"tab", "ptab"}:
                yield " "
            elif tag in {"br", "cr"}:
                yield "\n"
            elif tag == "noBreakHyphen":
                yield "-"
            elif tag in {"footnoteReference", "endnoteReference"}:
                note = self._parts.notes.get(f"{tag.removesuffix('noteReference')}{element.get(f'{W}id', '')}")
                yield f" ({clean(''.join(self._pieces(note)))})" if note is not None else ""
            elif tag == "hyperlink":
                words = "".join(self._pieces(element))
                address = self._parts.links.get(element.get(f"{R}id", ""), "")
                leads_out = address.startswith(("http://", "https://", "mailto:")) and words not in address
                yield f"{words} ({address})" if leads_out else words
            elif element.tag not in SKIPPED:
                yield from self._pieces(element)
                if tag == "p":  # of a text box, which stands inside a paragraph
                    yield "\n"
