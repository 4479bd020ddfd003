"""The list of experiments, newest first."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state import formats
from console.state.experiment_code import CodeWaiting, code_waiting
from console.state.experiment_headline import ResultLine, result_line
from console.state.experiment_rows import ExperimentLine, experiment_line
from console.state.seat import Phased


class ExperimentsState(Phased, rx.State):
    """`results` are by id, those of experiments that are done."""

    rows: rx.Field[list[ExperimentLine]] = rx.field(default_factory=list)
    results: rx.Field[dict[str, ResultLine]] = rx.field(default_factory=dict)
    shown: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(default=False)
    waiting: rx.Field[list[CodeWaiting]] = rx.field(default_factory=list)
    _after: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the first page, and what waits for a second person."""
        operator = await self._operator(Permission.EXPERIMENTS_READ)
        self.waiting = [code_waiting(one) for one in await services().experiments.code_approvals(operator)]
        await self._read(operator)

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.EXPERIMENTS_READ), self._after)

    async def _read(self, operator: Operator, after: str = "") -> None:
        async with self._loading():
            listed = await services().experiments.list(operator, Page(after=after))
            zone, now = await self._zone(), formats.now()
            lines = [experiment_line(one, zone, now) for one in listed.items]
            told = {one.id: result_line(one) for one in listed.items}
            self.rows = [*self.rows, *lines] if after else lines
            self.results = {**self.results, **told} if after else told
            self._after, self.has_more = listed.next or "", listed.next is not None
            self.shown = f"{formats.counted(len(self.rows), 'experiment')}, newest first"
            self.phase = "ready" if self.rows else "empty"
