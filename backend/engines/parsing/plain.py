"""Kinds that are text already: plain text, Markdown, CSV."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from backend.engines.parsing.detection import decode
from backend.engines.parsing.markdown import cut_at_headings, first_heading, front_matter
from backend.engines.parsing.tables import clean, has_header, named
from backend.ports.parsing import ParsedDocument, ParsingFailed, Section

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 16_384
ROWS_A_SECTION = 100
MAX_COLUMNS = 2_000
MAX_CELL_CHARACTERS = 1_000_000


def read_text(path: Path) -> ParsedDocument:
    text = re.sub(r"\n[ \t]*\n\s*\n", "\n\n", _lines(path)).strip()
    sections = tuple(Section((), part.strip()) for part in text.split("\f") if part.strip())
    return ParsedDocument("text", "", sections)


def read_markdown(path: Path) -> ParsedDocument:
    title, text = front_matter(_lines(path))
    sections = cut_at_headings(text)
    return ParsedDocument("markdown", title or first_heading(sections), tuple(sections))


def read_csv(path: Path) -> ParsedDocument:
    text = _lines(path)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text[:SAMPLE_CHARACTERS])))
    except csv.Error:
        raise ParsingFailed("The table cannot be read: a quote is never closed, or a cell is too long.") from None
    cells = [[clean(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if any(len(row) > MAX_COLUMNS for row in cells):
        raise ParsingFailed(f"The table has more than {MAX_COLUMNS:,} columns.")
    lines = _csv_lines(cells)
    groups = [lines[start : start + ROWS_A_SECTION] for start in range(0, len(lines), ROWS_A_SECTION)]
    return ParsedDocument("csv", "", tuple(Section((), "\n\n".join(group), rows=True) for group in groups))


def _csv_lines(rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    header = rows[0]
    # A table almost always names its columns; a gap in the names is filled, figures in them are no names.
    if len(rows) > 1 and has_header([cell or f"Column {at}" for at, cell in enumerate(header, 1)]):
        names = [cell or f"Column {at}" for at, cell in enumerate(header, 1)]
        return [named(names, row) for row in rows[1:]]
    return [" | ".join(cell for cell in row if cell) for row in rows]


def delimiter_of(sample: str) -> str:
    """Return the character that parts the most cells, and as many in each of the first lines."""

    def steadiness(delimiter: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)][:20]
        if not counts or max(counts) < 2:  # noqa: PLR2004 - one cell a line is no table
            return 0.0, 0
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0), usual

    return max(DELIMITERS, key=steadiness)


def _lines(path: Path) -> str:
    return decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
