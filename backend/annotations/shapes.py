"""From the rows of annotation queues to what the house sees."""

from __future__ import annotations

from backend.annotations.configs import config_of
from backend.annotations.models import AnnotationQueueRow, AnnotationRow
from backend.annotations.types import Annotation, Labeller, NewQueue, Queue


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
    return Queue(row.id, about_of(row), row.version, *counts, row.created_by, row.created_at)


def annotation_of(row: AnnotationRow) -> Annotation:
    return Annotation(Labeller(row.person_id, row.person_name), row.values, row.labelled_at)
