"""Tables as text: one line per row, each value with the name of its column.

A row that names its columns is understood alone, by a search and by a model, wherever a chunk begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

SPACES = re.compile(r"\s+")
NUMBER = re.compile(r"[^\w]*[\d.,]+\s*[%€$£]?")
MAX_HEADER_CHARACTERS = 120


def clean(cell: str) -> str:
    return SPACES.sub(" ", cell).strip()


def has_header(first: Sequence[str]) -> bool:
    """Tell whether a first row reads like names of columns: all filled, all different, no figures."""
    return (
        len(first) > 1
        and all(cell and len(cell) <= MAX_HEADER_CHARACTERS and not NUMBER.fullmatch(cell) for cell in first)
        and len(set(first)) == len(first)
    )


def rows_as_text(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return one line per row, empty cells left out."""
    cells = [[clean(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return []
    if len(cells) == 1 or not has_header(cells[0]):
        return [" | ".join(cell for cell in row if cell) for row in cells]
    return [named(cells[0], row) for row in cells[1:]]


def named(header: Sequence[str], row: Sequence[str]) -> str:
    """Return `Name: value; Name: value`; what stands behind the last name is added bare."""
    pairs = [f"{name}: {cell}" for name, cell in zip(header, row, strict=False) if cell]
    return "; ".join([*pairs, *(cell for cell in row[len(header) :] if cell)])
