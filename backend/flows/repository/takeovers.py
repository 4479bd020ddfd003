"""Conversations that people answer, and the runs that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.types import ChatState, Role
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

    async def unanswered(self, limit: int) -> Sequence[tuple[str, str, datetime, str]]:
        """Return the questions that wait for a person who took over, the longest first: in which conversation, what
        was asked and when, and who answers there."""
        statement = (
            select(TakeoverRow.conversation_id, MessageRow.text, MessageRow.created_at, TakeoverRow.held_by)
            .join(RunRow, col(RunRow.conversation_id) == TakeoverRow.conversation_id)
            .join(MessageRow, col(MessageRow.run_id) == RunRow.id)
            .join(ConversationRow, col(ConversationRow.id) == TakeoverRow.conversation_id)
            .where(
                TakeoverRow.project_id == self._project_id,
                ConversationRow.project_id == self._project_id,
                col(ConversationRow.deleted_at).is_(None),
                RunRow.project_id == self._project_id,
                MessageRow.project_id == self._project_id,
                MessageRow.role == Role.USER.value,
                RunRow.status == RunStatus.WAITING.value,
                col(RunRow.started_at).is_(None),
            )
            .order_by(col(RunRow.id))
            .limit(limit)
        )
        return (await self._session.exec(statement)).all()

    async def under_way(self, conversation_id: str) -> Sequence[str]:
        """Return the runs whose answers are still to come, oldest first; they are not locked."""
        statement = (
            select(RunRow.id)
            .join(MessageRow, col(MessageRow.run_id) == RunRow.id)
            .where(
                RunRow.project_id == self._project_id,
                MessageRow.project_id == self._project_id,
                MessageRow.conversation_id == conversation_id,
                MessageRow.role == Role.ASSISTANT.value,
                MessageRow.state == ChatState.RUNNING.value,
                col(RunRow.status).in_((RunStatus.QUEUED.value, RunStatus.RUNNING.value)),
            )
            .order_by(col(RunRow.id))
        )
        return (await self._session.exec(statement)).all()

    async def draft(self, conversation_id: str) -> dict[str, Any] | None:
        """Return what the flow would have answered to the last question that waits for the person."""
        statement = self._waiting(conversation_id).order_by(col(RunRow.id).desc()).limit(1)
        last = (await self._session.exec(statement)).first()
        return last.output if last else None

    async def runs(self, conversation_id: str) -> Sequence[RunRow]:
        """Return the runs that wait for the person, oldest first: one that waits for an approval has begun before."""
        statement = self._waiting(conversation_id).order_by(col(RunRow.id))
        return (await self._session.exec(statement.with_for_update())).all()

    def _waiting(self, conversation_id: str) -> SelectOfScalar[RunRow]:
        return select(RunRow).where(
            RunRow.project_id == self._project_id,
            RunRow.conversation_id == conversation_id,
            RunRow.status == RunStatus.WAITING.value,
            col(RunRow.started_at).is_(None),
        )
