"""Approvals: what runs wait for, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from backend.conversations.models import ConversationRow
from backend.flows.models import ApprovalRow, FlowRow, FlowSnapshotRow, NodeRunRow, RunRow
from backend.flows.types import ApprovalState, NodeStatus, RunStatus
from backend.paging import Page

WAITING = ApprovalState.WAITING.value
DECIDED = tuple(state.value for state in ApprovalState if state.is_decided)
# Last, whom the conversation names as its person; None without one.
Found = tuple[ApprovalRow, RunRow, FlowRow, str | None]


class ApprovalRepository:
    """Opened for one unit of work, in one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: ApprovalRow) -> None:
        self._session.add(row)

    async def run(self, run_id: str) -> RunRow | None:
        """Return a run, locked: whoever decides and whoever parks it take turns."""
        statement = select(RunRow).where(RunRow.project_id == self._project_id, RunRow.id == run_id)
        return (await self._session.exec(statement.with_for_update())).first()

    async def of_node(self, run_id: str, node: str) -> Sequence[ApprovalRow]:
        """Return what was asked about a node of a run, once for each value."""
        statement = select(ApprovalRow).where(
            ApprovalRow.project_id == self._project_id, ApprovalRow.run_id == run_id, ApprovalRow.node == node
        )
        return (await self._session.exec(statement.with_for_update())).all()

    async def num_decided(self, approval_ids: Collection[str]) -> int:
        statement = select(func.count()).where(
            ApprovalRow.project_id == self._project_id,
            col(ApprovalRow.id).in_(approval_ids),
            col(ApprovalRow.state) != WAITING,
        )
        return (await self._session.exec(statement)).one()

    async def run_of(self, approval_id: str) -> str | None:
        statement = select(ApprovalRow.run_id).where(
            ApprovalRow.project_id == self._project_id, ApprovalRow.id == approval_id
        )
        return (await self._session.exec(statement)).first()

    async def found(self, approval_id: str, *, lock: bool = False) -> Found | None:
        statement = self._found().where(ApprovalRow.id == approval_id)
        if lock:
            statement = statement.with_for_update(of=ApprovalRow)
        return (await self._session.exec(statement)).first()

    async def list(
        self,
        page: Page,
        *,
        waiting: bool,
        conversation_id: str = "",
        run_id: str = "",
        flow_id: str = "",
        since: datetime | None = None,
    ) -> Sequence[Found]:
        """Return one more than asked for: what waits by the time it has left, what was decided newest first."""
        statement = self._found().limit(page.limit + 1)
        if waiting:
            # A run that ended otherwise waits for nobody, whatever a crash left in this row.
            statement = statement.where(ApprovalRow.state == WAITING, col(RunRow.finished_at).is_(None))
            statement = statement.order_by(col(ApprovalRow.ends_at), col(ApprovalRow.id))
        else:
            newest = (col(ApprovalRow.decided_at).desc(), col(ApprovalRow.id).desc())
            statement = statement.where(col(ApprovalRow.state).in_(DECIDED)).order_by(*newest)
        if since is not None:
            statement = statement.where(col(ApprovalRow.decided_at) >= since)
        if conversation_id:
            statement = statement.where(ApprovalRow.conversation_id == conversation_id)
        if run_id:
            statement = statement.where(ApprovalRow.run_id == run_id)
        if flow_id:
            statement = statement.where(RunRow.flow_id == flow_id)
        if page.after:
            order = (col(ApprovalRow.ends_at) if waiting else col(ApprovalRow.decided_at), col(ApprovalRow.id))
            last = (
                await self._session.exec(
                    select(order[0], order[1]).where(
                        ApprovalRow.id == page.after, ApprovalRow.project_id == self._project_id
                    )
                )
            ).first()
            if last is None or last[0] is None:
                return []
            behind = tuple_(*order) > tuple_(*last) if waiting else tuple_(*order) < tuple_(*last)
            statement = statement.where(behind)
        return list(await self._session.exec(statement))

    async def num_waiting(self) -> int:
        statement = (
            select(func.count())
            .select_from(ApprovalRow)
            .join(RunRow, and_(col(RunRow.id) == ApprovalRow.run_id, col(RunRow.project_id) == ApprovalRow.project_id))
            .where(
                ApprovalRow.project_id == self._project_id,
                ApprovalRow.state == WAITING,
                col(RunRow.finished_at).is_(None),
            )
        )
        return (await self._session.exec(statement)).one()

    async def flows_waiting(self) -> Sequence[tuple[str, str, int]]:
        """Return id and name of each flow that waits for a person, and for how many decisions; by name."""
        statement = (
            select(FlowRow.id, FlowRow.name, func.count())
            .select_from(ApprovalRow)
            .join(RunRow, and_(col(RunRow.id) == ApprovalRow.run_id, col(RunRow.project_id) == ApprovalRow.project_id))
            .join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, col(FlowRow.project_id) == RunRow.project_id))
            .where(
                ApprovalRow.project_id == self._project_id,
                ApprovalRow.state == WAITING,
                col(RunRow.finished_at).is_(None),
            )
            .group_by(col(FlowRow.id), col(FlowRow.name))
            .order_by(col(FlowRow.name), col(FlowRow.id))
        )
        return list(await self._session.exec(statement))

    async def known(self, run: RunRow) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """Return the document that a run follows, and what its nodes gave so far by their ids."""
        statement = select(FlowSnapshotRow.document).where(
            FlowSnapshotRow.project_id == self._project_id, FlowSnapshotRow.id == run.snapshot_id
        )
        document = (await self._session.exec(statement)).first()
        rows = await self._session.exec(
            select(NodeRunRow.node, NodeRunRow.output).where(
                NodeRunRow.run_id == run.id, NodeRunRow.status == NodeStatus.DONE.value
            )
        )
        return None if document is None else dict(document), {
            node: output for node, output in rows.all() if output is not None
        }

    async def go_on(self, run_id: str) -> int | None:
        """Queue a run that waits, under a new attempt; return it, None while the run is under way."""
        statement = (
            update(RunRow)
            .where(
                col(RunRow.project_id) == self._project_id,
                col(RunRow.id) == run_id,
                col(RunRow.status) == RunStatus.WAITING.value,
            )
            .values(status=RunStatus.QUEUED.value, attempt=RunRow.attempt + 1, worker="")
            .returning(col(RunRow.attempt))
        )
        return (await self._session.exec(statement)).scalar_one_or_none()

    async def end(self, run_id: str, reason: str) -> None:
        """Let nobody wait for a run that ended."""
        mine = col(ApprovalRow.project_id) == self._project_id, col(ApprovalRow.run_id) == run_id
        await self._session.exec(
            update(ApprovalRow)
            .where(*mine, col(ApprovalRow.state) == WAITING)
            .values(state=ApprovalState.VOID.value, comment=reason)
        )
        await self._session.exec(
            update(NodeRunRow)
            .where(col(NodeRunRow.run_id) == run_id, col(NodeRunRow.status) == NodeStatus.WAITING.value)
            .values(status=NodeStatus.CANCELLED.value, reason=reason)
        )

    def _found(self) -> Select[ApprovalRow, RunRow, FlowRow, str | None]:
        talk = and_(
            col(ConversationRow.id) == ApprovalRow.conversation_id,
            col(ConversationRow.project_id) == ApprovalRow.project_id,
        )
        return (
            select(ApprovalRow, RunRow, FlowRow, ConversationRow.person)
            .join(RunRow, and_(col(RunRow.id) == ApprovalRow.run_id, col(RunRow.project_id) == ApprovalRow.project_id))
            .join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, col(FlowRow.project_id) == RunRow.project_id))
            .outerjoin(ConversationRow, talk)
            .where(ApprovalRow.project_id == self._project_id)
        )
