"""The wishes to publish protected flows, of one project."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.flows.models import FlowRow, PublishApprovalRow

MOST = 200


class PublishApprovals:
    """Opened for one unit of work. A flow that was deleted has none."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: PublishApprovalRow) -> None:
        self._session.add(row)

    async def get(self, identifier: str, *, lock: bool = False) -> PublishApprovalRow | None:
        """Return one; locked for a decision, of two who decide at once the second finds it decided."""
        statement = select(PublishApprovalRow).where(
            PublishApprovalRow.project_id == self._project_id, PublishApprovalRow.id == identifier
        )
        if lock:  # what this session read before the lock may be old by now
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(statement)).first()

    async def list(self, flow_id: str = "", *, waiting: bool = True) -> Sequence[tuple[PublishApprovalRow, FlowRow]]:
        """Return wishes with their flows, of one or of all, newest first: those that wait, or all."""
        statement = select(PublishApprovalRow, FlowRow).where(
            PublishApprovalRow.project_id == self._project_id,
            FlowRow.project_id == self._project_id,
            FlowRow.id == PublishApprovalRow.flow_id,
            col(FlowRow.deleted_at).is_(None),
        )
        if flow_id:
            statement = statement.where(PublishApprovalRow.flow_id == flow_id)
        if waiting:
            statement = statement.where(PublishApprovalRow.state == "waiting")
        return (await self._session.exec(statement.order_by(col(PublishApprovalRow.id).desc()).limit(MOST))).all()
