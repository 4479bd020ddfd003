"""From the rows of annotation queues to what the house sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.annotations.configs import config_of
from backend.annotations.models import AnnotationItemRow, AnnotationQueueRow, AnnotationRow
from backend.annotations.types import Annotation, Labeller, NewQueue, Queue, QueueItem, Target


def about_of(row: AnnotationQueueRow) -> NewQueue:
    return NewQueue(
        name=row.name,
        configs=tuple(config_of(one) for one in row.configs),
        instructions=row.instructions,
        people=tuple(Labeller(one["id"], one["name"]) for one in row.people),
        num_labels=row.num_labels,
        lock_minutes=row.lock_minutes,
    )


def queue_of(row: AnnotationQueueRow, counts: tuple[int, int] = (0, 0)) -> Queue:
    return Queue(row.id, about_of(row), row.version, *counts, row.created_by, row.created_at, row.closed_at)


def item_of(
    row: AnnotationItemRow, title: str, said: Sequence[AnnotationRow], now: datetime, *, is_skipped: bool
) -> QueueItem:
    return QueueItem(
        id=row.id,
        target=Target(row.conversation_id, row.message_id),
        title=title,
        is_done=row.is_done,
        held_by=row.locked_by_name if row.locked_until and row.locked_until > now else "",
        assigned=Labeller(row.assigned_to, row.assigned_name) if row.assigned_to else None,
        annotations=tuple(annotation_of(one) for one in said if one.item_id == row.id),
        is_skipped=is_skipped,
    )


def annotation_of(row: AnnotationRow) -> Annotation:
    return Annotation(Labeller(row.person_id, row.person_name), row.values, row.labelled_at)
