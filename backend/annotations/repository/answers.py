"""The answers that stand in conversations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.repository.items import in_parts
from backend.annotations.types import Target
from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.types import Role


async def answers_in(session: AsyncSession, project_id: str, conversation_ids: Sequence[str]) -> list[Target]:
    """Return the answers of conversations of the log, in the order of these and as they were given."""
    found: dict[str, list[Target]] = {}
    for ids in in_parts(conversation_ids):
        said = (
            select(MessageRow.conversation_id, MessageRow.id)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(
                MessageRow.project_id == project_id,
                ConversationRow.project_id == project_id,
                col(ConversationRow.deleted_at).is_(None),
                col(MessageRow.conversation_id).in_(ids),
                MessageRow.role == Role.ASSISTANT.value,
                MessageRow.text != "",
            )
            .order_by(col(MessageRow.id))
        )
        for one in (await session.exec(said)).all():
            found.setdefault(one[0], []).append(Target(*one))
    return [one for id_ in dict.fromkeys(conversation_ids) for one in found.get(id_, ())]
