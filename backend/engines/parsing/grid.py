"""Rows on their way from a file into a table: one width, names for all columns, an end to both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.columns import storable
from backend.ports.parsing import ParsingFailed
from backend.ports.tables import Table, TableFault, TableKind

MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_NAME = 200
MAX_FAULTS = 1_000


class Grid:
    """The first row taken by `take` names the columns; `take_object` finds them as they come."""

    def __init__(self, kind: TableKind) -> None:
        self._kind = kind
        self._columns: dict[str, int] = {}
        self._numbers: list[int] = []
        self._rows: list[list[Any]] = []
        self._faults: list[TableFault] = []

    def take(self, number: int, cells: Sequence[Any]) -> None:
        """Take a row of cells; shorter rows are filled, longer ones are at fault."""
        if not self._columns:
            self._name(cells)
            return
        width = len(self._columns)
        if any(cell not in {"", None} for cell in cells[width:]):
            self.refuse(number, f"It has {len(cells)} cells, the head has {width}.")
            return
        self._keep(number, [storable(cell) for cell in cells[:width]])

    def take_object(self, number: int, row: Any) -> None:
        if not isinstance(row, dict) or not row:
            self.refuse(number, "It is no object with fields.")
            return
        try:
            plain = storable(row)
        except RecursionError:
            self.refuse(number, "It is nested too deep.")
            return
        for name in plain:
            if name not in self._columns:
                self._add(name)
        cells: list[Any] = [None] * len(self._columns)
        for name, value in plain.items():
            cells[self._columns[name]] = value
        self._keep(number, cells)

    def refuse(self, number: int, words: str) -> None:
        if len(self._faults) == MAX_FAULTS:
            raise ParsingFailed(f"More than {MAX_FAULTS:,} rows cannot be read. Row {number}: {words}")
        self._faults.append(TableFault(number, words))

    def table(self) -> Table:
        """Return what was taken. Raise ParsingFailed when there is no row."""
        if not self._rows and not self._faults:
            raise ParsingFailed("The file holds no rows.", hint="The first row names the columns.")
        width = len(self._columns)
        rows = tuple((*cells, *[None] * (width - len(cells))) for cells in self._rows)
        return Table(self._kind, tuple(self._columns), tuple(self._numbers), rows, tuple(self._faults))

    def _keep(self, number: int, cells: list[Any]) -> None:
        if len(self._rows) == MAX_ROWS:
            raise ParsingFailed(f"The file has more than {MAX_ROWS:,} rows.", hint="Split it into parts.")
        self._numbers.append(number)
        self._rows.append(cells)

    def _name(self, cells: Sequence[Any]) -> None:
        """Give each column a name of its own: a gap is filled, a second one of the same name is numbered."""
        names = [" ".join(str(storable(cell) if cell is not None else "").split()) for cell in cells]
        while names and not names[-1]:
            names.pop()
        for at, name in enumerate(names, start=1):
            wanted = name or f"Column {at}"
            number = 2
            while wanted in self._columns:
                wanted = f"{name or 'Column'} ({number})"
                number += 1
            self._add(wanted)

    def _add(self, name: str) -> None:
        if len(self._columns) == MAX_COLUMNS:
            raise ParsingFailed(f"The file has more than {MAX_COLUMNS:,} columns.")
        if len(name) > MAX_NAME:
            raise ParsingFailed(f"The name of a column has more than {MAX_NAME} characters: {name[:40]}…")
        self._columns[name] = len(self._columns)
