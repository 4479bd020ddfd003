"""The lines of a PDF page with their places and sizes, as pdfium reads them.

pdfium orders text well and loses none. It says nothing of paragraphs, headings and tables: pdf.py tells those from
the places given here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium

HYPHEN_AT_LINE_END = "\ufffe"  # pdfium's mark; it leaves out the line break behind it
BREAKS = re.compile(f"\r\n|\r|\n|(?<={HYPHEN_AT_LINE_END})")
BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx", re.IGNORECASE)
CELL_GAP = 1.0  # of the line's height; words stand 0.3 apart, justified ones up to 0.9
SAME_LINE = 0.5  # of the height that two pieces must share to stand on one line
MAX_NAME_BYTES = 128


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. y grows upwards; `cells` are its parts between wide gaps, `words` those between all.

    `size` is the height of its type: of its first or its last letter, whichever is less, since a bullet may be larger.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool
    cells: tuple[tuple[float, str], ...]
    words: tuple[tuple[float, str], ...]
    size: float
    hyphen: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """Return the lines of a page in reading order, pieces that stand side by side joined."""
    text_page = page.get_textpage()
    try:
        return _joined(list(_pieces(text_page)))
    finally:
        text_page.close()


def _pieces(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    units = _units(text_page)
    at = 0
    for part in BREAKS.split(units):
        start = units.find(part, at) if part else at
        at = start + len(part)
        stripped = part.strip(f" \t{HYPHEN_AT_LINE_END}\xad")
        if not stripped:
            continue
        first = start + part.index(stripped[0])
        yield _line(text_page, units, first, first + len(stripped), hyphen=part.endswith((HYPHEN_AT_LINE_END, "\xad")))


def _units(text_page: pypdfium2.PdfTextPage) -> str:
    """Return the text with one character per UTF-16 unit, as pdfium counts."""
    count = text_page.count_chars()
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    return "".join(map(chr, buffer[: max(written - 1, 0)]))


def _line(text_page: pypdfium2.PdfTextPage, units: str, first: int, end: int, *, hyphen: bool) -> Line:
    box = pdfium.FS_RECTF()

    def place(at: int) -> tuple[float, float, float, float]:
        number = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, at)
        pdfium.FPDFText_GetLooseCharBox(text_page, number, box)
        return box.left, box.right, box.bottom, box.top

    left, _, bottom, top = place(first)
    _, right, last_bottom, last_top = place(end - 1)
    height = max(top - bottom, 1.0)
    cells, begun, cell_left = [], first, left
    words, word, word_left = [], first, left
    for space in re.finditer(" +", units[first:end]):
        before, after = first + space.start() - 1, first + space.end()
        next_left = place(after)[0]
        words.append((word_left, _text(units[word : before + 1])))
        word, word_left = after, next_left
        if next_left - place(before)[1] > CELL_GAP * height:
            cells.append((cell_left, _text(units[begun : before + 1])))
            begun, cell_left = after, next_left
    cells.append((cell_left, _text(units[begun:end])))
    words.append((word_left, _text(units[word:end])))
    text = _text(units[first:end])
    return Line(
        text,
        left,
        right,
        min(bottom, last_bottom),
        max(top, last_top),
        _is_bold(text_page, first),
        tuple(cells),
        tuple(words),
        min(top - bottom, last_top - last_bottom),
        hyphen,
    )


def _text(units: str) -> str:
    whole = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace(HYPHEN_AT_LINE_END, "").replace("\xad", "").replace("\xa0", " ").replace("\0", "").strip()


def _is_bold(text_page: pypdfium2.PdfTextPage, at: int) -> bool:
    number = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, at)
    name, flags = ctypes.create_string_buffer(MAX_NAME_BYTES), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, number, name, MAX_NAME_BYTES, flags)
    return bool(BOLD.search(name.value.decode("utf-8", "replace")))


def _joined(pieces: list[Line]) -> list[Line]:
    """Join neighbours in the text that stand on one line: the cells of a table are often pieces of their own."""
    lines: list[Line] = []
    for piece in pieces:
        before = lines[-1] if lines else None
        if before and piece.left > before.right and _beside(before, piece) and not before.hyphen:
            gap = piece.left - before.right > CELL_GAP * before.height
            cells = (*before.cells, *piece.cells)
            if not gap:
                (place, words), (_, more) = before.cells[-1], piece.cells[0]
                cells = (*before.cells[:-1], (place, f"{words} {more}"), *piece.cells[1:])
            lines[-1] = replace(
                before,
                text=f"{before.text} {piece.text}",
                right=piece.right,
                bottom=min(before.bottom, piece.bottom),
                top=max(before.top, piece.top),
                bold=before.bold and piece.bold,
                cells=cells,
                words=(*before.words, *piece.words),
                size=min(before.size, piece.size),
                hyphen=piece.hyphen,
            )
        else:
            lines.append(piece)
    return lines


def _beside(one: Line, other: Line) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > SAME_LINE * min(one.height, other.height)
