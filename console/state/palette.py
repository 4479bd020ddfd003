"""What the palette found on the server."""

from __future__ import annotations

import reflex as rx

from backend.operator import Permission
from console.state.seat import Seated


class PaletteState(Seated, rx.State):
    """A small state of its own: typing draws nothing else again."""

    results: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    for_query: rx.Field[str] = rx.field("")

    @rx.event
    async def search(self, query: str) -> None:
        """Look for what was typed."""
        await self._operator(Permission.PROJECT_READ)
        self.results, self.for_query = [], query
