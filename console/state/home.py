"""The home: what needs a person first, then the flows, then what is in work."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.overview.types import InWork
from console.state import formats
from console.state.first_run_rows import FileLine, file_line
from console.state.home_needs import WAIT, NeedLine, SummaryLine, need_lines, summary
from console.state.home_rows import ExperimentRow, FlowRow, RunRow, experiment_row, flow_row, run_row
from console.state.presence import is_open
from console.state.seat import Phased

WATCH_SECONDS = 1.0


class HomeState(Phased, rx.State):
    """Rows change in place; nothing moves under the pointer."""

    today: rx.Field[str] = rx.field("")
    summary: rx.Field[list[SummaryLine]] = rx.field(default_factory=list)
    waiting: rx.Field[str] = rx.field("")
    waits: rx.Field[list[NeedLine]] = rx.field(default_factory=list)
    needs: rx.Field[list[NeedLine]] = rx.field(default_factory=list)
    flows: rx.Field[list[FlowRow]] = rx.field(default_factory=list)
    files: rx.Field[list[FileLine]] = rx.field(default_factory=list)
    runs: rx.Field[list[RunRow]] = rx.field(default_factory=list)
    experiments: rx.Field[list[ExperimentRow]] = rx.field(default_factory=list)
    may_retry: rx.Field[bool] = rx.field(default=False)
    gone: rx.Field[str] = rx.field("")
    gone_name: rx.Field[str] = rx.field("")
    _watching: bool = False

    @rx.event
    async def load(self) -> Any:
        """Read the home, and follow what is in work."""
        await self._read(await self._operator(Permission.PROJECT_READ))
        return HomeState.watch if self._ids() else None

    @rx.event
    async def retry(self, document_id: str) -> Any:
        """Take a document in again."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.retry(operator, document_id)
        await self._read(operator)
        return HomeState.watch

    @rx.event
    async def delete(self, document_id: str) -> None:
        """Delete a document that failed; it can be brought back for 10 s."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.delete_document(operator, document_id, undo=True)
        names = [line.name for line in self.needs if line.document == document_id]
        self.gone, self.gone_name = document_id, names[0] if names else "Document"
        await self._read(operator)

    @rx.event
    async def undo(self) -> Any:
        """Bring the document back."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.restore_document(operator, self.gone)
        self.gone = ""
        return HomeState.load

    @rx.event
    async def leave(self) -> None:
        """Let the deletion stand."""
        await self._operator(Permission.PROJECT_READ)
        self.gone = ""

    @rx.event(background=True)
    async def watch(self) -> None:
        """Look each second at what is in work while somebody looks; read all again once something began or ended."""
        async with self:
            await self._operator(Permission.PROJECT_READ)
            token = self.router.session.client_token
            if self._watching:
                return
            self._watching = True
        try:
            while await is_open(token):
                async with self:
                    operator = await self._operator(Permission.PROJECT_READ)
                    await self._follow(operator)
                    if not self._ids():
                        return
                await asyncio.sleep(WATCH_SECONDS)
        finally:
            async with self:
                self._watching = False

    async def _follow(self, operator: Operator) -> None:
        async with self._loading():
            before = self._ids()
            self._show(await services().overview.in_work(operator), await self._zone())
            if before != self._ids():
                await self._read(operator)

    def _ids(self) -> set[str]:
        """Return what is in work."""
        return {line.id for line in (*self.files, *self.runs, *self.experiments)}

    def _show(self, in_work: InWork, zone: tzinfo) -> None:
        self.files = [file_line(document) for document in in_work.documents]
        self.runs = [run_row(run, zone, in_work.at) for run in in_work.runs]
        self.experiments = [experiment_row(one) for one in in_work.experiments]

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            home = await services().overview.home(operator)
            zone = await self._zone()
            self.today = formats.date(home.in_work.at, zone)
            lines = need_lines(home, zone)
            self.waits = [line for line in lines if line.mark == WAIT]
            self.needs = [line for line in lines if line.mark != WAIT]
            self.summary = summary(lines)
            self.waiting = f"{formats.counted(home.num_approvals, 'approval')} waiting" if home.num_approvals else ""
            self.flows = [flow_row(line, zone, home.in_work.at) for line in home.flows]
            self._show(home.in_work, zone)
            self.may_retry = operator.may(Permission.KNOWLEDGE_EDIT)
            self.phase = "ready"
