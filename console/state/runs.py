"""The history of runs, newest first, by status and by flow."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.flows.types import RunStatus
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state import formats
from console.state.flows_rows import RunLine, run_line
from console.state.seat import Phased

GROUPS = {
    "all": (),
    "going": (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING),
    "done": (RunStatus.DONE,),
    "failed": (RunStatus.FAILED,),
    "cancelled": (RunStatus.CANCELLED,),
}


class RunsState(Phased, rx.State):
    rows: rx.Field[list[RunLine]] = rx.field(default_factory=list)
    group: rx.Field[str] = rx.field("all")
    flow: rx.Field[str] = rx.field("")
    flow_name: rx.Field[str] = rx.field("")
    shown: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(default=False)
    _after: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the first page; the address may name a flow and a group."""
        operator = await self._operator(Permission.FLOWS_READ)
        asked = self.router.url.query_parameters
        self.flow, self.flow_name = asked.get("flow", ""), ""
        self.group = asked.get("status", self.group) if asked.get("status", self.group) in GROUPS else "all"
        await self._read(operator)

    async def _read(self, operator: Operator, after: str = "") -> None:
        async with self._loading():
            listed = await services().runs.list(
                operator, Page(after=after), flow=self.flow, statuses=GROUPS[self.group]
            )
            zone, now = await self._zone(), formats.now()
            lines = [run_line(row, zone, now) for row in listed.items]
            self.rows = [*self.rows, *lines] if after else lines
            self.flow_name = self.rows[0].flow if self.flow and self.rows else ""
            self._after, self.has_more = listed.next or "", listed.next is not None
            self.shown = f"Rows 1 to {formats.count(len(self.rows))}, newest first"
            self.phase = "ready" if self.rows or self.group != "all" or self.flow else "empty"

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.FLOWS_READ), self._after)

    @rx.event
    async def show(self, group: str) -> None:
        """Keep the runs of one group of statuses."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.group = group if group in GROUPS else "all"
        await self._read(operator)

    @rx.event
    async def show_all(self) -> None:
        """Take the filters away."""
        operator = await self._operator(Permission.FLOWS_READ)
        self.group, self.flow, self.flow_name = "all", "", ""
        await self._read(operator)
