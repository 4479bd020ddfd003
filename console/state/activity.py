"""The jobs in work across documents, runs and experiments, and the last that ended."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.state import formats
from console.state.activity_rows import JobLine, job_line
from console.state.seat import Phased


class ActivityState(Phased, rx.State):
    """Read again every second while the page is in sight."""

    in_work: rx.Field[list[JobLine]] = rx.field(default_factory=list)
    ended: rx.Field[list[JobLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        await self._read(await self._operator(Permission.PROJECT_READ))

    @rx.event(temporal=True)
    async def tick(self) -> None:
        """Read again what changes by itself."""
        await self._read(await self._operator(Permission.PROJECT_READ))

    @rx.event
    async def cancel_run(self, key: str) -> None:
        """End a run that has not ended."""
        operator = await self._operator(Permission.FLOWS_RUN)
        await services().runs.cancel(operator, key.partition(":")[2])
        await self._read(operator)

    @rx.event
    async def cancel_document(self, key: str) -> None:
        """Stop reading a document."""
        operator = await self._operator(Permission.KNOWLEDGE_EDIT)
        await services().knowledge.cancel(operator, key.partition(":")[2])
        await self._read(operator)

    @rx.event
    async def cancel_experiment(self, key: str) -> None:
        """End an experiment; what is answered stays."""
        operator = await self._operator(Permission.EXPERIMENTS_RUN)
        await services().experiments.cancel(operator, key.partition(":")[2])
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            work = await services().activity.work(operator)
            zone, now = await self._zone(), formats.now()
            self.in_work = [job_line(job, zone, now) for job in work.in_work]
            self.ended = [job_line(job, zone, now) for job in work.ended]
            self.total = formats.counted(work.num_in_work, "job")
            self.phase = "ready" if work.in_work or work.ended else "empty"
