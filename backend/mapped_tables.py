"""What every import of a file shares: which column becomes what, which rows are bad, and how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.errors import InvalidInput
from backend.ports.tables import Table
from backend.spreadsheets import unguarded

LEFT_OUT = ""
SHOWN = 100
TOLD = 3
ROWS_AT_ONCE = 500
NUM_SAMPLES = 3
MAX_SAMPLE = 120
Targets = Mapping[str, str]
# Told how far an import is: the stage, how many rows are done, and of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be taken. `row` counts as the file does, or from 1; `field` as `input.days`, may be empty."""

    row: int
    field: str
    words: str

    @property
    def spoken(self) -> str:
        return f"{self.field}: {self.words}" if self.field else self.words


class BadRows(InvalidInput):
    """Some rows cannot be taken, and so none was. `rows` names the first hundred of them."""

    def __init__(self, problems: Sequence[RowProblem], num_bad: int, num_rows: int) -> None:
        self.rows = tuple(problems[:SHOWN])
        self.num_bad = num_bad
        told = " ".join(f"Row {one.row}: {one.spoken}" for one in self.rows[:TOLD])
        more = f" and {num_bad - TOLD} more." if num_bad > TOLD else ""
        word = "row" if num_rows == 1 else "rows"
        super().__init__(f"{num_bad:,} of {num_rows:,} {word} cannot be taken; nothing was changed. {told}{more}")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row of a file that is there already: as a row of the dataset, or (0) further up in the file, or in the log.

    A `likeness` below 1 tells one that is nearly the same.
    """

    number: int
    row: int
    likeness: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `samples` holds the first filled cells of each column; lists stop at a hundred entries.

    `first` are the cells of the first rows, in the order of the columns; `num_empty` counts the empty ones by column.
    `near` are rows that are nearly the same as others and come in all the same; `num_left` rows, of the file and of the
    dataset, were not compared for that: it would take too long.
    """

    kind: str
    columns: tuple[str, ...]
    samples: dict[str, list[str]]
    targets: dict[str, str]
    num_rows: int
    num_fitting: int
    num_bad: int
    problems: tuple[RowProblem, ...]
    num_duplicates: int
    duplicates: tuple[Duplicate, ...]
    first: tuple[tuple[str, ...], ...] = ()
    num_empty: Mapping[str, int] = field(default_factory=dict)
    num_near: int = 0
    near: tuple[Duplicate, ...] = ()
    num_left: int = 0


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def is_filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def chosen(table: Table, guess: Callable[[Table], Mapping[str, str]], targets: Targets | None) -> dict[str, str]:
    """Return a target for each column: those that are given, else a guess."""
    return {**dict.fromkeys(table.columns, LEFT_OUT), **(guess(table) if targets is None else targets)}


def check_columns(targets: Targets, table: Table, *, repeatable: Iterable[str] = ()) -> list[str]:
    """Return what columns become. Raise InvalidInput for a column that is not there, or two that become one thing."""
    if unknown := [column for column in targets if column not in table.columns]:
        raise InvalidInput(f"The file has no column “{unknown[0]}”.")
    used = [target for target in targets.values() if target]
    if twice := [target for target in used if used.count(target) > 1 and target not in repeatable]:
        raise InvalidInput(f"Two columns become {twice[0]}.", hint="Leave one out.")
    return used


def written_as_text(table: Table) -> bool:
    return table.kind in {"csv", "xlsx"}


def unwritten(text: str, kind: str) -> tuple[str, Any]:
    """Return the text of a cell without its guard against formulas, and the object or list it writes, else None."""
    text = unguarded(text) if kind == "csv" else text
    stripped = text.strip()
    if stripped[:1] in {"{", "["}:
        try:
            return text, json.loads(stripped)
        except (ValueError, RecursionError):
            return text, None
    return text, None


def samples(table: Table) -> dict[str, list[str]]:
    """Return the first filled cells of each column, cut short."""
    found: dict[str, list[str]] = {}
    for at, column in enumerate(table.columns):
        filled = (row[at] for row in table.rows if is_filled(row[at]))
        found[column] = [_short(cell) for cell, _ in zip(filled, range(NUM_SAMPLES), strict=False)]
    return found


def first_rows(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the first rows as somebody would read them, cells cut short, an empty one as ""."""
    return tuple(tuple(_short(cell) if is_filled(cell) else "" for cell in row) for row in table.rows[:NUM_SAMPLES])


def num_empty(table: Table) -> dict[str, int]:
    """Count the empty cells of each column that has any."""
    counts = {column: sum(not is_filled(row[at]) for row in table.rows) for at, column in enumerate(table.columns)}
    return {column: count for column, count in counts.items() if count}


def _short(cell: object) -> str:
    written = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, sort_keys=True)
    return written[:MAX_SAMPLE]
