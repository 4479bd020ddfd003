"""The list of knowledge bases."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state.formats import counted, now
from console.state.knowledge_rows import BaseLine, base_line
from console.state.seat import Phased


class KnowledgeState(Phased, rx.State):
    """Pages of bases, newest first, one below the other."""

    rows: rx.Field[list[BaseLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(default=False)
    may_edit: rx.Field[bool] = rx.field(default=False)
    _after: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the first page."""
        await self._read(await self._operator(Permission.KNOWLEDGE_READ))

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.KNOWLEDGE_READ), self._after)

    async def _read(self, operator: Operator, after: str = "") -> None:
        self.may_edit = operator.may(Permission.KNOWLEDGE_EDIT)
        async with self._loading():
            listed = await services().knowledge.list(operator, Page(after=after))
            zone, moment = await self._zone(), now()
            lines = [base_line(base, zone, moment) for base in listed.items]
            self.rows = [*self.rows, *lines] if after else lines
            self._after, self.has_more = listed.next or "", listed.next is not None
            shown = counted(len(self.rows), "knowledge base")
            self.total = f"The newest {shown}" if self.has_more else shown
            self.phase = "ready" if self.rows else "empty"
