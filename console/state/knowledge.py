"""The list of knowledge bases."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted, now
from console.state.knowledge_rows import BaseLine, base_line
from console.state.seat import Phased


class KnowledgeState(Phased, rx.State):
    """A project has few bases: they are shown together."""

    rows: rx.Field[list[BaseLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the bases of the project."""
        await self._read(await self._operator(Permission.KNOWLEDGE_READ))

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            listed = await services().knowledge.list(operator, Page(MAX_LIMIT))
            zone, moment = ZoneInfo((await self._person()).time_zone), now()
            self.rows = [base_line(base, zone, moment) for base in listed.items]
            self.total = counted(len(self.rows), "knowledge base")
            self.phase = "ready" if self.rows else "empty"
