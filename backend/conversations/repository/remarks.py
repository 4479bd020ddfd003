"""The statements on comments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationCommentRow, MessageRow


class RemarkRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    async def comments(self, conversation_id: str) -> Sequence[ConversationCommentRow]:
        """Return the comments of a conversation, oldest first."""
        statement = (
            select(ConversationCommentRow)
            .where(
                ConversationCommentRow.conversation_id == conversation_id,
                ConversationCommentRow.project_id == self._project_id,
            )
            .order_by(col(ConversationCommentRow.id))
        )
        return (await self._session.exec(statement)).all()

    async def num_comments(self, conversation_id: str) -> int:
        statement = select(func.count()).where(
            ConversationCommentRow.conversation_id == conversation_id,
            ConversationCommentRow.project_id == self._project_id,
        )
        return (await self._session.exec(statement)).one()

    async def comment(self, comment_id: str) -> ConversationCommentRow | None:
        statement = select(ConversationCommentRow).where(
            ConversationCommentRow.id == comment_id, ConversationCommentRow.project_id == self._project_id
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def has_message(self, conversation_id: str, message_id: str) -> bool:
        statement = select(MessageRow.id).where(
            MessageRow.id == message_id,
            MessageRow.conversation_id == conversation_id,
            MessageRow.project_id == self._project_id,
        )
        return (await self._session.exec(statement)).first() is not None

    def add(self, row: ConversationCommentRow) -> None:
        self._session.add(row)

    async def delete(self, row: ConversationCommentRow) -> None:
        await self._session.delete(row)
