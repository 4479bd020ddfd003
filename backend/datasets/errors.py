"""Refusals of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.errors import Conflict, InvalidInput, NotFound

SHOWN = 100
TOLD = 3


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be taken. `row` counts as the file does, or from 1; `field` as `input.days`, may be empty."""

    row: int
    field: str
    words: str

    @property
    def spoken(self) -> str:
        return f"{self.field}: {self.words}" if self.field else self.words


class DatasetNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such dataset.")


class VersionNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("The dataset has no such version.")


class ItemNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("The dataset has no such row.")


class StaleDataset(Conflict):
    def __init__(self) -> None:
        super().__init__("Someone else changed this dataset.", hint="Load it again, then make your change.")


class StaleItem(Conflict):
    def __init__(self, row: int) -> None:
        super().__init__(
            f"Someone else changed row {row:04} meanwhile.", hint="Look at it again, then make your change."
        )


class NameTaken(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a dataset called “{name}” already.", hint="Choose another name.")


class CannotUndo(Conflict):
    def __init__(self, row: int) -> None:
        super().__init__(
            f"Row {row:04} was changed since, so this cannot be undone alone.", hint="Restore a version instead."
        )


class BadRows(InvalidInput):
    """Some rows cannot be taken, and so none was. `rows` names the first hundred of them."""

    def __init__(self, problems: Sequence[RowProblem], num_bad: int, num_rows: int) -> None:
        self.rows = tuple(problems[:SHOWN])
        self.num_bad = num_bad
        told = " ".join(f"Row {one.row}: {one.spoken}" for one in self.rows[:TOLD])
        more = f" and {num_bad - TOLD} more." if num_bad > TOLD else ""
        word = "row" if num_rows == 1 else "rows"
        super().__init__(f"{num_bad:,} of {num_rows:,} {word} cannot be taken; nothing was changed. {told}{more}")
