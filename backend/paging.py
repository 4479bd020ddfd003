"""How lists are asked for and answered: keyset pages, no offsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.errors import InvalidInput

Item = TypeVar("Item")
MAX_LIMIT = 500
DEFAULT_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows behind the row whose id is `after` (empty: from the start)."""

    limit: int = DEFAULT_LIMIT
    after: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit must lie between 1 and {MAX_LIMIT}.", fields={"limit": str(self.limit)})


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """One page of rows; `next` is the `after` of the following page, None at the end."""

    items: list[Item]
    next: str | None = None

    @classmethod
    def cut(cls, items: list[Item], page: Page, key: str = "id") -> Listed[Item]:
        """Take rows asked for with `limit + 1`: the extra one tells that more follow."""
        if len(items) <= page.limit:
            return cls(items)
        kept = items[: page.limit]
        return cls(kept, next=str(getattr(kept[-1], key)))
