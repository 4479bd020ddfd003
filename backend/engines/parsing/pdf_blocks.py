"""Lines become headings, paragraphs, list items and table rows."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend.engines.parsing.pdf_grids import Grid
from backend.engines.parsing.pdf_lines import Line
from backend.engines.parsing.pdf_typography import BULLET, Typography

MARKER = re.compile(r"[^\w\s]|\(?(\d{1,3}|[a-zA-Z])[.)]?")
ENDS_A_SENTENCE = re.compile(r"[.!?:;。！？][\"'”’»)\]]*$")  # noqa: RUF001
NUMBERED = re.compile(r"\d+(\.\d+)*\.?\s+\S")
PARAGRAPH_GAP = 0.25  # of the size that a line must stand lower than usual to begin a paragraph
HEADING_SPACING = 1.35  # of the size; headings are set tight
SHORT = 0.85  # of the column's width: a sentence that ends before that ends its paragraph
VERY_SHORT = 0.6  # the same for words that end no sentence, such as an item of a list
MIN_COLUMNS = 2
MIN_ROWS = 3  # without rules two may be chance
OTHER_TYPE = 0.15  # of the size: a line in larger or smaller type is no row of the table above it
MAX_ROW_GAP = 3.0  # of the line's height between two rows of one table
ALIGNED = 6.0  # points between the left edges of the cells of one column
NARROW = 250  # points; in a narrow column ragged lines end early anyway
Kind = Literal["heading", "paragraph", "item", "rows"]


@dataclass
class Block:
    """`rows` are the cells of a table; `level` of a heading counts from 1."""

    kind: Kind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(lines: Sequence[Line], typography: Typography, grids: Sequence[Grid] = ()) -> list[Block]:
    """Return the blocks of one page, in order; what stands in a grid is a table, whatever it looks like."""
    for grid in grids:
        inside = [at for at, line in enumerate(lines) if grid.holds(line)]
        rows = grid.rows([lines[at] for at in inside]) if inside else ()
        if rows:
            others = [grid_ for grid_ in grids if grid_ is not grid]
            above = blocks_of(lines[: inside[0]], typography, others)
            left = [line for at, line in enumerate(lines) if at > inside[0] and at not in set(inside)]
            return [*above, Block("rows", rows=rows), *blocks_of(left, typography, others)]
    return _flowing(lines, typography)


def _flowing(lines: Sequence[Line], typography: Typography) -> list[Block]:
    blocks: list[Block] = []
    width = max((line.right - line.left for line in lines), default=0.0)
    at = 0
    while at < len(lines):
        line = lines[at]
        size = _table_size(lines[at:], typography)
        if size:
            blocks += _table_or_list(_rows(lines[at : at + size]))
            at += size
            continue
        before = lines[at - 1] if at else None
        level = typography.level(line)
        last = blocks[-1] if blocks else None
        if level:
            if last and before and last.kind == "heading" and last.level == level and _one_heading(before, line):
                last.text = typography.joined(last.text, line.text, hyphen=before.hyphen)
            else:
                blocks.append(Block("heading", line.text, level))
        elif (
            last
            and before
            and last.kind in {"paragraph", "item"}
            and _continues(before, line, width, typography.spacing)
        ):
            last.text = typography.joined(last.text, line.text, hyphen=before.hyphen)
        else:
            blocks.append(Block("item" if BULLET.match(line.text) else "paragraph", line.text))
        at += 1
    return blocks


def _table_or_list(rows: tuple[tuple[str, ...], ...]) -> list[Block]:
    """Return one table; or items, where the first of two columns holds nothing but numbers or bullets."""
    if all(len(row) == MIN_COLUMNS and MARKER.fullmatch(row[0]) for row in rows):
        return [Block("item", " ".join(row)) for row in rows]
    return [Block("rows", rows=rows)]


def _near(above: Line, below: Line, spacing: float) -> bool:
    """Tell whether a line stands no lower than the next one usually does; feet compare, since tops have accents."""
    return -0.5 * above.size < above.bottom - below.bottom < (spacing + PARAGRAPH_GAP) * max(above.size, below.size)


def _one_heading(above: Line, below: Line) -> bool:
    """Tell whether a heading goes on: its lines begin at one edge or share one middle, and none has a number again."""
    at_edge = abs(above.left - below.left) < above.height / 2
    in_middle = abs(above.left + above.right - below.left - below.right) < above.height
    return _near(above, below, HEADING_SPACING) and (at_edge or in_middle) and not NUMBERED.match(below.text)


def _continues(above: Line, below: Line, width: float, spacing: float) -> bool:
    """Tell whether a line goes on with the paragraph of the line above it."""
    if above.hyphen:
        return True
    if BULLET.match(below.text) or abs(above.size - below.size) > 0.25 * above.size:
        return False
    if below.bottom > above.top:  # the next column
        return not ENDS_A_SENTENCE.search(above.text) and below.text[:1].islower()
    is_sentence = bool(ENDS_A_SENTENCE.search(above.text))
    share = (above.right - above.left) / width if width > NARROW else 1.0
    ends_early = share < (SHORT if is_sentence else VERY_SHORT) and not below.text[:1].islower()
    is_indented = below.left - above.left > above.height and is_sentence
    return _near(above, below, spacing) and not is_indented and not ends_early


def _table_size(lines: Sequence[Line], typography: Typography) -> int:
    """Return how many of the first lines are rows of one table: at least three, with cells under cells."""
    if not lines or len(lines[0].cells) < MIN_COLUMNS:
        return 0
    columns = [left for left, _ in lines[0].cells]
    size = 1
    for above, line in itertools.pairwise(lines):
        lefts = [left for left, _ in line.cells]
        is_full = len(lefts) == len(columns) > MIN_COLUMNS  # figures stand right, titles in the middle
        gap = above.bottom - line.top
        if typography.level(line) or abs(line.size - above.size) > OTHER_TYPE * above.size:
            break
        if not (is_full or len(_aligned(line, columns)) >= MIN_COLUMNS) or not -1 < gap < MAX_ROW_GAP * above.height:
            break
        columns = lefts if len(lefts) > len(columns) else columns
        size += 1
    return size if size >= MIN_ROWS else 0


def _aligned(line: Line, columns: Sequence[float]) -> list[float]:
    """Return the columns at whose left edge a word of the line begins."""
    return [column for column in columns if any(abs(left - column) <= ALIGNED for left, _ in line.words)]


def _rows(lines: Sequence[Line]) -> tuple[tuple[str, ...], ...]:
    """Put each word under its column, the columns being those of the fullest row."""
    columns = [left for left, _ in max(lines, key=lambda line: len(line.cells)).cells]
    return tuple(_cells(line, columns) for line in lines)


def _cells(line: Line, columns: Sequence[float]) -> tuple[str, ...]:
    if len(line.cells) == len(columns):
        return tuple(text for _, text in line.cells)
    row = [""] * len(columns)
    for left, text in line.words:
        at = max(bisect.bisect_right(columns, left + ALIGNED) - 1, 0)
        row[at] = f"{row[at]} {text}".strip()
    return tuple(row)
