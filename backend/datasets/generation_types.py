"""Rows that a model writes: what is wished for, what it will cost, and what came of it. Nothing of it is kept yet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backend.datasets.types import NewItem

MAX_ASKED = 100  # rows that one act asks for
MAX_EXAMPLES = 20
MAX_COLUMNS = 30
MAX_ABOUT = 4_000
WARMTH = 0.7


@dataclass(frozen=True, slots=True)
class RowsWish:
    """`about` says in plain words what the rows are; `rows` are numbers of those to go by. One of the two is needed.

    `columns` are the fields of the input, those of the rows there are where it is empty. `model` is "provider:model",
    empty for the project's default. `budget` is in dollars, None without one.
    """

    about: str = ""
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    number: int = 10
    model: str = ""
    temperature: float = WARMTH
    with_expected: bool = True
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """What asking would take: tokens and dollars as they are supposed, and the most that it can cost.

    `num_affordable` is how many rows the budget is sure to suffice for, all of them without one.
    """

    model: str
    columns: tuple[str, ...]
    num_calls: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    most: Decimal
    num_affordable: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that a model wrote. With `problems` it cannot be added.

    `likeness` is 0 where it is like none, 1 where its input is equal to that of row `like`, or (0) of one further up.
    """

    item: NewItem
    problems: tuple[str, ...] = ()
    like: int = 0
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """`stopped` says why there are fewer than were asked for, empty where there are as many.

    `num_left` rows, of these and of the dataset, were not compared: that would take too long.
    `generated_from` are the numbers of the rows that the model was shown.
    """

    model: str
    rows: tuple[Candidate, ...]
    tokens_in: int
    tokens_out: int
    cost: Decimal
    stopped: str = ""
    num_left: int = 0
    generated_from: tuple[int, ...] = ()
