"""What people said of one conversation and its answers, over all queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.models import AnnotationItemRow, AnnotationQueueRow, AnnotationRow
from backend.annotations.repository.items import DONE


class Given(NamedTuple):
    """An annotation with the queue that asked for it; `message_id` is empty where it is of the whole conversation."""

    said: AnnotationRow
    queue: AnnotationQueueRow
    message_id: str


async def given_to(session: AsyncSession, project_id: str, conversation_id: str, person_id: str) -> Sequence[Given]:
    """Return whole annotations by their time. Others' count once an item has all of its labels: nobody is led."""
    said, item, queue = AnnotationRow, AnnotationItemRow, AnnotationQueueRow
    statement = (
        select(said, queue, item.message_id)
        .join(item, and_(col(item.id) == said.item_id, col(item.project_id) == project_id))
        .join(queue, and_(col(queue.id) == item.queue_id, col(queue.project_id) == project_id))
        .where(
            said.project_id == project_id,
            item.conversation_id == conversation_id,
            said.state == DONE,
            or_(col(item.is_done), said.person_id == person_id),
        )
        .order_by(col(said.labelled_at), col(said.person_id))
    )
    return [Given(*one) for one in (await session.exec(statement)).all()]
