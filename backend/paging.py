"""How lists are asked for and answered: keyset pages, no offsets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.errors import InvalidInput

Item = TypeVar("Item")
MAX_LIMIT = 500
DEFAULT_LIMIT = 50
MAX_NUMBER = 2**31 - 1  # what a column of numbers holds on Postgres
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows behind the row whose id is `after` (empty: from the start)."""

    limit: int = DEFAULT_LIMIT
    after: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit must lie between 1 and {MAX_LIMIT}.", fields={"limit": str(self.limit)})

    def number(self, start: int) -> int:
        """Return `after` of a list that goes on behind a number, `start` on its first page. Raise InvalidInput."""
        if not self.after:
            return start
        if not self.after.isascii() or not self.after.isdigit() or len(self.after) > MAX_DIGITS:
            raise InvalidInput("after must be the `next` of the page before.", fields={"after": self.after})
        return int(self.after)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """One page of rows; `next` is the `after` of the following page, None at the end."""

    items: list[Item]
    next: str | None = None

    @classmethod
    def among(cls, items: Iterable[Item], page: Page, key: str = "id") -> Listed[Item]:
        """Cut a page out of a whole list that is short enough to be read whole."""
        rest = list(items)
        if page.after:
            at = next((number for number, item in enumerate(rest) if str(getattr(item, key)) == page.after), None)
            if at is None:
                raise InvalidInput("The row to go on behind is gone. Ask from the start.", fields={"after": page.after})
            rest = rest[at + 1 :]
        return cls.cut(rest, page, key)

    @classmethod
    def cut(cls, items: list[Item], page: Page, key: str = "id") -> Listed[Item]:
        """Take rows asked for with `limit + 1`: the extra one tells that more follow."""
        if len(items) <= page.limit:
            return cls(items)
        kept = items[: page.limit]
        return cls(kept, next=str(getattr(kept[-1], key)))
