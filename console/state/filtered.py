"""The move that the log shares with the figures drawn of it: the same filters, a box at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from backend.operator import Operator, Permission
from console.state.conversations_filters import FilterLines, Pair, ticked, toggled
from console.state.seat import Phased


class Filtered(Phased, mixin=True):
    """`_chosen` are the filter and the value of each choice."""

    filters: rx.Field[list[FilterLines]] = rx.field(default_factory=list)
    num_filters: rx.Field[int] = rx.field(0)
    _chosen: tuple[Pair, ...] = ()

    async def _read(self, operator: Operator) -> None:
        """Draw what the choices leave."""
        raise NotImplementedError

    def _at_address(self) -> rx.event.EventSpec | None:
        """Return what tells the browser's address of the choices, None where it says none."""
        return None

    @rx.event
    async def toggle(self, facet: str, value: str) -> AsyncIterator[rx.event.EventSpec | None]:
        """Add a choice to a filter, or take it away. Its box answers before the rows are counted."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._chosen = toggled(self._chosen, (facet, value))
        self.num_filters = len(self._chosen)
        self.filters = ticked(self.filters, self._chosen)
        yield None
        await self._read(operator)
        yield self._at_address()
