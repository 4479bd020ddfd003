"""The metadata of conversations that are held here."""

from __future__ import annotations

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.details import MAX_TOGETHER, refuse_long
from backend.conversations.models import ConversationRecordRow


class Details:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def add(self, conversation_id: str, details: dict[str, Any]) -> None:
        """Add to what the metadata says, the later in the place of the earlier; whoever asks holds the conversation.

        Raise InvalidInput where it is too much together.
        """
        statement = select(ConversationRecordRow).where(
            ConversationRecordRow.project_id == self._project_id,
            ConversationRecordRow.conversation_id == conversation_id,
        )
        row = (await self._session.exec(statement)).first()
        row = row or ConversationRecordRow(conversation_id=conversation_id, project_id=self._project_id)
        if row.details:
            details = {**row.details, **details}
            refuse_long(details, MAX_TOGETHER, "The metadata of a conversation has")
        row.details = details
        self._session.add(row)
