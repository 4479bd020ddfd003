"""The statements on messages and what people think of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import (
    ConversationRecordRow,
    ConversationRow,
    ConversationViewRow,
    FeedbackRow,
    MessageRow,
)
from backend.conversations.types import ChatState, Rating, Role


class MessageRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    def add(
        self, row: ConversationRow | MessageRow | FeedbackRow | ConversationRecordRow | ConversationViewRow
    ) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def wait(self, conversation_id: str | None, *, waits: bool = True) -> None:
        """Say that the answer to come waits for a person, or that it goes on; nothing where none is to come."""
        was, now = (ChatState.RUNNING, ChatState.WAITING) if waits else (ChatState.WAITING, ChatState.RUNNING)
        statement = update(ConversationRow).where(
            col(ConversationRow.id) == conversation_id,
            col(ConversationRow.project_id) == self._project_id,
            col(ConversationRow.state) == was.value,
        )
        await self._session.exec(statement.values(state=now.value))

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (col(ConversationRow.project_id) == self._project_id, col(ConversationRow.deleted_at).is_(None))

    async def open_answer(self, run_id: str) -> MessageRow | None:
        """Return the answer that this run still owes."""
        statement = select(MessageRow).where(
            MessageRow.run_id == run_id,
            MessageRow.project_id == self._project_id,
            MessageRow.role == Role.ASSISTANT,
            MessageRow.state == ChatState.RUNNING,
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def answers_of(self, run_id: str) -> Sequence[MessageRow]:
        """Return what was said in the name of a run."""
        statement = select(MessageRow).where(
            MessageRow.run_id == run_id,
            MessageRow.project_id == self._project_id,
            MessageRow.role == Role.ASSISTANT,
        )
        return (await self._session.exec(statement)).all()

    async def answer(self, message_id: str) -> MessageRow | None:
        statement = (
            select(MessageRow)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(
                MessageRow.id == message_id,
                MessageRow.project_id == self._project_id,
                MessageRow.role == Role.ASSISTANT,
                *self._mine(),
            )
        )
        return (await self._session.exec(statement)).first()

    async def said_in(self, conversation_ids: Sequence[str], limit: int) -> Sequence[MessageRow]:
        """Return messages of several conversations, in order within each."""
        statement = (
            select(MessageRow)
            .where(MessageRow.project_id == self._project_id, col(MessageRow.conversation_id).in_(conversation_ids))
            .order_by(col(MessageRow.conversation_id), col(MessageRow.id))
            .limit(limit)
        )
        return (await self._session.exec(statement)).all()

    async def messages(self, conversation_id: str) -> Sequence[tuple[MessageRow, FeedbackRow | None]]:
        """Return all messages in the order they were said, each with what people thought of it."""
        statement = (
            select(MessageRow, FeedbackRow)
            .outerjoin(
                FeedbackRow,
                and_(
                    col(FeedbackRow.message_id) == MessageRow.id, col(FeedbackRow.project_id) == MessageRow.project_id
                ),
            )
            .where(MessageRow.conversation_id == conversation_id, MessageRow.project_id == self._project_id)
            .order_by(col(MessageRow.id))
        )
        return (await self._session.exec(statement)).all()

    async def window(
        self, conversation_id: str, *, before: str = "", after: str = "", until: str = "", limit: int
    ) -> Sequence[tuple[MessageRow, FeedbackRow | None]]:
        """Return messages in order: the first behind `after`, else the last, before `before` or down to `until`."""
        statement = (
            select(MessageRow, FeedbackRow)
            .outerjoin(
                FeedbackRow,
                and_(
                    col(FeedbackRow.message_id) == MessageRow.id, col(FeedbackRow.project_id) == MessageRow.project_id
                ),
            )
            .where(MessageRow.conversation_id == conversation_id, MessageRow.project_id == self._project_id)
            .limit(limit)
        )
        if after:
            return (await self._session.exec(statement.where(MessageRow.id > after).order_by(col(MessageRow.id)))).all()
        if before:
            statement = statement.where(MessageRow.id < before)
        if until:
            statement = statement.where(MessageRow.id <= until)
        return (await self._session.exec(statement.order_by(col(MessageRow.id).desc()))).all()[::-1]

    async def num_before(self, conversation_id: str, message_id: str) -> int:
        """Return how many messages were said before one."""
        statement = select(func.count()).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.project_id == self._project_id,
            MessageRow.id < message_id,
        )
        return (await self._session.exec(statement)).one()

    async def feedback(self, message_id: str) -> FeedbackRow | None:
        statement = select(FeedbackRow).where(
            FeedbackRow.message_id == message_id, FeedbackRow.project_id == self._project_id
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def ratings(self, conversation_id: str) -> set[Rating]:
        statement = select(FeedbackRow.rating).where(
            FeedbackRow.conversation_id == conversation_id, FeedbackRow.project_id == self._project_id
        )
        return {Rating(rating) for rating in (await self._session.exec(statement)).all()}

    async def delete_feedback(self, message_id: str) -> None:
        await self._session.exec(
            delete(FeedbackRow).where(
                col(FeedbackRow.message_id) == message_id, col(FeedbackRow.project_id) == self._project_id
            )
        )
