"""Who owns which run: claims, pulses and take-overs, over all projects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, null, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.flows.models import ApprovalRow, FlowRow, NodeRunRow, RunRow, RunWorkerRow
from backend.flows.types import ApprovalState, RunStatus, Trigger
from backend.identity.models import ProjectRow
from backend.ports.database import OfProject

# The reason that the test of scopes asks for.
EVERY_PROJECT = "the engine carries the runs of all projects"


class Ownership:
    """Opened for one unit of work. Only the engine asks it: an operator never does."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, run_id: str, worker: str, moment: datetime) -> int | None:
        """Take a queued run, new or decided about; return its attempt, None when it is not queued any more."""
        statement = (
            update(RunRow)
            .where(col(RunRow.id) == run_id, col(RunRow.status) == RunStatus.QUEUED.value)
            .values(status=RunStatus.RUNNING.value, worker=worker, started_at=func.coalesce(RunRow.started_at, moment))
            .returning(col(RunRow.attempt))
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).scalar_one_or_none()

    async def unlogged(
        self, limit: int, *, experiments: bool, but: Collection[str] = ()
    ) -> Sequence[tuple[str, str, str]]:
        """Return project, id and snapshot of runs that ended and have no conversation, of experiments or the others.

        `but` are runs to leave out, 10,000 at most.
        """
        asked = col(RunRow.trigger) == Trigger.EXPERIMENT.value
        statement = (
            select(RunRow.project_id, RunRow.id, RunRow.snapshot_id)
            .where(
                asked if experiments else ~asked,
                col(RunRow.conversation_id).is_(None),
                col(RunRow.finished_at).is_not(None),
                col(RunRow.id).not_in(but),
            )
            .order_by(col(RunRow.trigger), col(RunRow.id))
            .limit(limit)
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def models_that_answered(self, run_ids: Collection[str]) -> dict[str, set[str]]:
        """Return for each of the runs the models that its nodes asked, nothing for one that asked none."""
        model = col(NodeRunRow.detail)["model"].as_string()
        statement = select(NodeRunRow.run_id, model).where(col(NodeRunRow.run_id).in_(run_ids), model.is_not(None))
        found: dict[str, set[str]] = {}
        for run_id, name in await self._session.exec(statement.distinct()) if run_ids else ():
            found.setdefault(run_id, set()).add(name)
        return found

    async def steps(self, run_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the tools that the agents of the runs called, as they came; nothing for a run without a call."""
        steps = col(NodeRunRow.detail)["steps"]
        statement = select(NodeRunRow.run_id, steps.as_json()).where(
            col(NodeRunRow.run_id).in_(run_ids), steps.as_string() != "[]"
        )
        found: dict[str, list[dict[str, Any]]] = {}
        ordered = statement.order_by(col(NodeRunRow.offset_ms))
        for run_id, called in await self._session.exec(ordered) if run_ids else ():
            found.setdefault(run_id, []).extend(called)
        return found

    async def refusals(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return those of the runs in which a person refused something: who, and why."""
        outcome = col(NodeRunRow.detail)["outcome"].as_string()
        statement = select(NodeRunRow.run_id, NodeRunRow.reason).where(
            col(NodeRunRow.run_id).in_(run_ids), outcome == ApprovalState.REFUSED.value
        )
        return dict((await self._session.exec(statement)).all()) if run_ids else {}

    async def to_log(self, run_ids: Sequence[str], *, lock: bool = True) -> Sequence[tuple[RunRow, FlowRow]]:
        """Return those of the runs that still have no conversation; locked, without what another process holds."""
        statement = (
            select(RunRow, FlowRow)
            .join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, col(FlowRow.project_id) == RunRow.project_id))
            .where(col(RunRow.id).in_(run_ids), col(RunRow.conversation_id).is_(None))
            .order_by(col(RunRow.id))
        )
        statement = statement.with_for_update(of=RunRow, skip_locked=True) if lock else statement
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def take_over(self, worker: str, heir: str) -> list[tuple[str, int]]:
        """Give the running runs of `worker` to `heir`, each under a new attempt; return ids and attempts."""
        raised = (
            update(RunRow)
            .where(col(RunRow.status) == RunStatus.RUNNING.value, col(RunRow.worker) == worker)
            .values(worker=heir, attempt=RunRow.attempt + 1)
            .returning(col(RunRow.id), col(RunRow.attempt))
        )
        taken = [
            (run_id, attempt)
            for run_id, attempt in await self._session.exec(raised.execution_options(unscoped=EVERY_PROJECT))
        ]
        await self._session.exec(delete(RunWorkerRow).where(col(RunWorkerRow.id) == worker))
        return taken

    async def take_back(self, run_id: str, worker: str) -> int | None:
        """Begin a new attempt at a run that is ours; return it, None when it has ended or is another's."""
        statement = (
            update(RunRow)
            .where(
                col(RunRow.id) == run_id,
                col(RunRow.status) == RunStatus.RUNNING.value,
                col(RunRow.worker) == worker,
            )
            .values(attempt=RunRow.attempt + 1)
            .returning(col(RunRow.attempt))
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).scalar_one_or_none()

    async def owned(self, worker: str) -> set[str]:
        """Return the running runs of a worker."""
        statement = select(RunRow.id).where(RunRow.status == RunStatus.RUNNING.value, RunRow.worker == worker)
        return set(await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT)))

    async def give_up(self, run_id: str, attempt: int, error: str, moment: datetime) -> None:
        """End a run of ours that cannot be carried out."""
        statement = update(RunRow).where(
            col(RunRow.id) == run_id,
            col(RunRow.attempt) == attempt,
            col(RunRow.status) == RunStatus.RUNNING.value,
        )
        await self._session.exec(
            # A draft that was kept back may stand there, which is no output of a run that failed.
            statement.values(
                status=RunStatus.FAILED.value, error=error, finished_at=moment, output=null(), citations=[]
            ).execution_options(unscoped=EVERY_PROJECT)
        )

    async def row(self, run_id: str) -> RunRow | None:
        return (
            await self._session.exec(
                select(RunRow).where(RunRow.id == run_id).execution_options(unscoped=EVERY_PROJECT)
            )
        ).first()

    async def queued(self) -> list[tuple[str, int]]:
        statement = select(RunRow.id, RunRow.attempt).where(RunRow.status == RunStatus.QUEUED.value)
        return [
            (run_id, attempt)
            for run_id, attempt in await self._session.exec(
                statement.limit(500).execution_options(unscoped=EVERY_PROJECT)
            )
        ]

    async def owners(self) -> set[str]:
        """Return the workers that have a run under way."""
        statement = select(RunRow.worker).where(RunRow.status == RunStatus.RUNNING.value).distinct()
        return set(await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT)))

    async def beats(self) -> dict[str, int]:
        return {row.id: row.beats for row in await self._session.exec(select(RunWorkerRow))}

    async def beat(self, worker: str) -> None:
        row = await self._session.get(RunWorkerRow, worker) or RunWorkerRow(id=worker)
        row.beats += 1
        self._session.add(row)

    async def asked_to_cancel(self, run_ids: Sequence[str]) -> list[str]:
        statement = select(RunRow.id).where(col(RunRow.id).in_(run_ids), col(RunRow.cancel_requested).is_(True))
        return list(await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT)))

    async def decided(self, approval_ids: Sequence[str]) -> list[str]:
        """Return those of the approvals that wait no more."""
        statement = select(ApprovalRow.id).where(
            col(ApprovalRow.id).in_(approval_ids), ApprovalRow.state != ApprovalState.WAITING.value
        )
        return list(await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT)))

    async def overdue(self, moment: datetime) -> list[tuple[str, OfProject]]:
        """Return the approvals that nobody decided in time, and whose they are, the longest due first."""
        statement = (
            select(ApprovalRow.id, ApprovalRow.project_id, ProjectRow.organisation_id)
            .join(ProjectRow, col(ProjectRow.id) == ApprovalRow.project_id)
            .where(ApprovalRow.state == ApprovalState.WAITING.value, ApprovalRow.ends_at <= moment)
            .order_by(col(ApprovalRow.ends_at))
            .limit(100)
        )
        return [
            (approval_id, OfProject(project_id, organisation_id))
            for approval_id, project_id, organisation_id in await self._session.exec(
                statement.execution_options(unscoped=EVERY_PROJECT)
            )
        ]
