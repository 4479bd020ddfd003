"""The versions of what runs."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import facts
from backend.operator import Permission
from console.state.seat import Phased


class AboutState(Phased, rx.State):
    """Read once for each visit."""

    version: rx.Field[str] = rx.field("")
    python: rx.Field[str] = rx.field("")
    database: rx.Field[str] = rx.field("")
    machine: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        operator = await self._operator(Permission.PROJECT_READ)
        async with self._loading():
            found = await facts(operator)
            self.version, self.python = found.version, found.python
            self.database, self.machine = found.database, found.machine
            self.phase = "ready"
