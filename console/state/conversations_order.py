"""In which order the list of the log stands, and what each line says of it."""

from __future__ import annotations

import reflex as rx

from backend.conversations.order_types import Order
from backend.operator import Permission
from console.state.conversations_columns import COLUMNS
from console.state.narrowed import Narrowed

ORDER = "order"
DEFAULT_COLUMNS = ("flow",)


def order_of(name: str) -> Order:
    """Return the order of a name, which anybody may have typed."""
    return Order(name) if name in set(Order) else Order.NEWEST


class Ordered(Narrowed, mixin=True):
    """`live` lets new conversations come in at the top, which is where they belong in one order alone."""

    columns: rx.Field[list[str]] = rx.field(default_factory=lambda: [*DEFAULT_COLUMNS])
    order: rx.Field[str] = rx.field(Order.NEWEST.value)
    live: rx.Field[bool] = rx.field(default=False)

    @rx.var
    def cells(self) -> list[str]:
        """What each line shows: the columns, and what the list is sorted by."""
        return [*self.columns, *({self.order} & COLUMNS.keys() - {*self.columns})]

    @rx.event
    async def sort(self, name: str) -> rx.event.EventSpec | None:
        """List in another order, from its start."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._sort(name)
        await self._read(operator)
        return self._at_address()

    def _sort(self, name: str) -> None:
        self.order = order_of(name).value
        self.live = self.live and not self._is_sorted()

    def _is_sorted(self) -> bool:
        """Tell whether the list stands in another order than it opens in."""
        return self.order != Order.NEWEST
