"""Conversations that people answer, and the runs that wait for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import MessageRow
from backend.flows.models import RunRow, TakeoverRow
from backend.flows.types import RunStatus


class TakeoverRepository:
    """Opened for one unit of work, in one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def holder(self, conversation_id: str) -> TakeoverRow | None:
        statement = select(TakeoverRow).where(
            TakeoverRow.project_id == self._project_id, TakeoverRow.conversation_id == conversation_id
        )
        return (await self._session.exec(statement)).first()

    async def snapshot(self, conversation_id: str) -> str | None:
        """Return the document of the run that answered a conversation last."""
        statement = (
            select(RunRow.snapshot_id)
            .join(MessageRow, col(MessageRow.run_id) == RunRow.id)
            .where(
                RunRow.project_id == self._project_id,
                MessageRow.project_id == self._project_id,
                MessageRow.conversation_id == conversation_id,
            )
            .order_by(col(RunRow.id).desc())
            .limit(1)
        )
        return (await self._session.exec(statement)).first()

    async def runs(self, conversation_id: str) -> Sequence[RunRow]:
        """Return the runs that wait for the person, oldest first: one that waits for an approval has begun before."""
        statement = (
            select(RunRow)
            .where(
                RunRow.project_id == self._project_id,
                RunRow.conversation_id == conversation_id,
                RunRow.status == RunStatus.WAITING.value,
                col(RunRow.started_at).is_(None),
            )
            .order_by(col(RunRow.id))
        )
        return (await self._session.exec(statement.with_for_update())).all()
