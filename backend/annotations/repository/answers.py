"""The answers that stand in conversations, and what stands in queues."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.models import AnnotationItemRow
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


async def targets_of(session: AsyncSession, project_id: str, queue_id: str, most: int) -> list[Target]:
    """Return what is in a queue, in its order; what was deleted and may come back is left out."""
    item, talk = AnnotationItemRow, ConversationRow
    statement = (
        select(item.conversation_id, item.message_id)
        .join(talk, col(talk.id) == item.conversation_id)
        .where(
            item.project_id == project_id,
            item.queue_id == queue_id,
            talk.project_id == project_id,
            col(talk.deleted_at).is_(None),
        )
        .order_by(col(item.id))
        .limit(most)
    )
    return [Target(*one) for one in (await session.exec(statement)).all()]
