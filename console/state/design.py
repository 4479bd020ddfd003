"""What the sheet of pieces has picked: enough to try each piece by hand."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.operator import Permission
from console.state.seat import Seated
from console.toasts import refuse, say, warn

SAMPLE = """Returns are free **until 16 December** [1]. Then:

1. Open the order.
2. Choose *Return*, and one of `damaged` or `changed mind`.

| Item | Days |
| --- | --- |
| Sofa | 30 |
| Swatch | 14 |

Raw HTML stays text: <b onclick="alert(1)">bold</b>. [A link](https://example.com/policy) leads outside.
"""
MAX_PROSE_CHARACTERS = 20_000


class DesignState(Seated, rx.State):
    """Nothing of it is kept."""

    reply: rx.Field[str] = rx.field("ask")
    tab: rx.Field[str] = rx.field("prompt")
    span: rx.Field[str] = rx.field("today")
    stream: rx.Field[bool] = rx.field(True)
    asking: rx.Field[bool] = rx.field(False)
    typed: rx.Field[str] = rx.field("")
    undoing: rx.Field[bool] = rx.field(False)
    sort: rx.Field[str] = rx.field("runs")
    descending: rx.Field[bool] = rx.field(True)
    prose: rx.Field[str] = rx.field(SAMPLE)
    chosen: rx.Field[list[str]] = rx.field(default_factory=lambda: ["Returns triage"])

    @rx.event
    async def pick(self, what: str, value: str) -> None:
        await self._operator(Permission.PROJECT_READ)
        if what in {"reply", "tab", "span"}:
            setattr(self, what, value)

    @rx.event
    async def flip(self) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.stream = not self.stream

    @rx.event
    async def touch(self, _value: bool) -> None:
        await self._operator(Permission.PROJECT_READ)

    @rx.event
    async def choose(self, name: str) -> None:
        await self._operator(Permission.PROJECT_READ)
        kept = [one for one in self.chosen if one != name]
        self.chosen = kept if name in self.chosen else [*kept, name]

    @rx.event
    async def sort_by(self, key: str) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.descending = not self.descending if self.sort == key else True
        self.sort = key

    @rx.event
    async def ask(self, asking: bool) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.asking = asking
        self.typed = ""

    @rx.event
    async def write(self, typed: str) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.typed = typed

    @rx.event
    async def write_prose(self, text: str) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.prose = text[:MAX_PROSE_CHARACTERS]

    @rx.event
    async def offer_undo(self, undoing: bool) -> None:
        await self._operator(Permission.PROJECT_READ)
        self.undoing = undoing

    @rx.event
    async def toast(self, kind: str) -> Any:
        await self._operator(Permission.PROJECT_READ)
        if kind == "good":
            return say("v43 is in production.", "New runs use it from now on.")
        if kind == "refused":
            return refuse("production already stands on v42.")
        return warn("Export stopped at 24 of 38.", "The disk limit of 2 GB is reached.")
