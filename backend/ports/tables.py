"""Files of rows become columns and cells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

TableKind = Literal["csv", "json", "jsonl", "xlsx"]


@dataclass(frozen=True, slots=True)
class TableFault:
    """A row that cannot be read at all."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a file of rows holds. Each row has a cell per column, None where it has none.

    `numbers` are what a person finds the rows by: lines of CSV and JSONL, rows of a sheet, places in a JSON list, all
    from 1. Cells of CSV are texts; those of a sheet are texts, numbers and truth values; those of JSON are any JSON.
    """

    kind: TableKind
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[Any, ...], ...]
    faults: tuple[TableFault, ...] = ()


class TableReader(Protocol):
    """Reads one file in a process of its own; the file may be hostile."""

    async def read_table(self, path: Path, name: str = "") -> Table:
        """Read a file that the person called `name`: the kind is told by the content.

        Raise ParsingFailed (backend/ports/parsing.py) for a file that will never be read, Unavailable where the machine
        is at fault. Cancelling ends the process. Waits for its turn where others are being read.
        """
        ...
