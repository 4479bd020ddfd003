"""The list of alerts: how each stands, and its end."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console import toasts
from console.state import formats
from console.state.alert_rows import AlertLine, alert_line
from console.state.asking import Asking
from console.state.seat import Phased


class AlertsState(Asking, Phased, rx.State):
    """What fires stands first; below it the newest."""

    rows: rx.Field[list[AlertLine]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(default=False)

    @rx.event
    async def load(self) -> None:
        """Read the rules."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.may_edit = operator.may(Permission.PROJECT_MANAGE)
        await self._read(operator)

    @rx.event(temporal=True)
    async def look(self) -> None:
        """Read again what changes by itself; nothing on a page that was never opened."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if self.phase in ("ready", "empty"):
            await self._read(operator)

    @rx.event
    async def ask(self, alert_id: str, name: str) -> None:
        """Ask before a rule goes with its history."""
        await self._operator(Permission.PROJECT_MANAGE)
        self._ask("delete", alert_id, name)

    @rx.event
    async def keep(self) -> None:
        """Delete nothing."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.asking = ""

    @rx.event
    async def delete(self) -> rx.event.EventSpec | None:
        """Delete the rule that was asked about."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        if not (alert_id := self._answered("delete")):
            return None
        await services().alerts.delete(operator, alert_id)
        await self._read(operator)
        return toasts.say(f"“{self.asked_name}” is deleted.")

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            found = (await services().alerts.list(operator, Page(MAX_LIMIT))).items
            lines = [alert_line(one, zone, now) for one in found]
            self.rows = sorted(lines, key=lambda line: not line.heavy)
            self.shown = f"{formats.counted(len(lines), 'alert')}, what fires first, then the newest"
            self.phase = "ready" if lines else "empty"
