"""Runs and their nodes, of one project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.flows.models import FlowRow, NodeRunRow, RunRow
from backend.flows.types import RunStatus, Trigger
from backend.paging import Page


class RunRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: RunRow) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def run(self, run_id: str) -> tuple[RunRow, FlowRow] | None:
        statement = (
            select(RunRow, FlowRow)
            .join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, col(FlowRow.project_id) == RunRow.project_id))
            .where(RunRow.project_id == self._project_id, RunRow.id == run_id)
        )
        return (await self._session.exec(statement)).first()

    async def nodes(self, run_id: str) -> list[NodeRunRow]:
        """Return the rows of a run that was found in this project before."""
        return list(await self._session.exec(select(NodeRunRow).where(NodeRunRow.run_id == run_id)))

    async def runs(
        self, page: Page, *, flow_id: str = "", statuses: Sequence[RunStatus] = (), but: Trigger | None = None
    ) -> list[tuple[RunRow, FlowRow]]:
        """Return one more than asked for, newest first: ids sort by the time they were made."""
        statement = (
            select(RunRow, FlowRow)
            .join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, col(FlowRow.project_id) == RunRow.project_id))
            .where(RunRow.project_id == self._project_id)
            .order_by(col(RunRow.id).desc())
            .limit(page.limit + 1)
        )
        if flow_id:
            statement = statement.where(RunRow.flow_id == flow_id)
        if statuses:
            statement = statement.where(col(RunRow.status).in_([status.value for status in statuses]))
        if but:
            statement = statement.where(RunRow.trigger != but.value)
        if page.after:
            statement = statement.where(RunRow.id < page.after)
        return list(await self._session.exec(statement))

    async def last_runs(self, flow_ids: Sequence[str]) -> dict[str, RunRow]:
        """Return the newest run of each flow that has one."""
        newest = (
            select(func.max(RunRow.id))
            .where(RunRow.project_id == self._project_id, col(RunRow.flow_id).in_(flow_ids))
            .group_by(col(RunRow.flow_id))
        )
        rows = await self._session.exec(
            select(RunRow).where(RunRow.project_id == self._project_id, col(RunRow.id).in_(newest))
        )
        return {row.flow_id: row for row in rows}

    async def unfinished(self) -> list[str]:
        statement = select(RunRow.id).where(RunRow.project_id == self._project_id, col(RunRow.finished_at).is_(None))
        return list(await self._session.exec(statement))

    async def cancel_idle(self, run_id: str, error: str, moment: datetime) -> bool:
        """End a run that no process carries: it is queued, or waits for a person. False when one does."""
        statement = update(RunRow).where(
            col(RunRow.project_id) == self._project_id,
            col(RunRow.id) == run_id,
            col(RunRow.status).in_((RunStatus.QUEUED.value, RunStatus.WAITING.value)),
        )
        ended = {"status": RunStatus.CANCELLED.value, "finished_at": moment, "error": error, "output": None}
        return bool((await self._session.exec(statement.values(**ended))).rowcount)

    async def ask_to_cancel(self, run_id: str) -> None:
        """Mark a run that is under way; its owner sees it at its next commit or beat."""
        statement = update(RunRow).where(
            col(RunRow.project_id) == self._project_id, col(RunRow.id) == run_id, col(RunRow.finished_at).is_(None)
        )
        await self._session.exec(statement.values(cancel_requested=True))
