"""Queues: made, changed, closed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.annotations.configs import config_values, configs_of, is_asked_alike
from backend.annotations.errors import QueueChanged
from backend.annotations.models import AnnotationQueueRow
from backend.annotations.repository import Items, Queues
from backend.annotations.service.base import Base, target
from backend.annotations.shapes import queue_of
from backend.annotations.types import (
    MAX_INSTRUCTIONS,
    MAX_LABELS,
    MAX_LOCK_MINUTES,
    MAX_NAME,
    MAX_PEOPLE,
    NewQueue,
    Queue,
)
from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.errors import Conflict, InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission

MAX_QUEUES = 200


class QueueUseCases(Base):
    """What a queue asks, and whom."""

    async def queues(self, operator: Operator) -> list[Queue]:
        """Return the queues of the project by name, each with how far it is."""
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            queues = Queues(session, operator.project_id)
            rows = await queues.all()
            counts = await queues.counts([row.id for row in rows])
            return [queue_of(row, counts.get(row.id, (0, 0))) for row in rows]

    async def queue(self, operator: Operator, queue_id: str) -> Queue:
        """Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            queues = Queues(session, operator.project_id)
            row = await queues.get(storable(queue_id))
            return queue_of(row, (await queues.counts([row.id])).get(row.id, (0, 0)))

    async def create_queue(self, operator: Operator, about: NewQueue) -> Queue:
        """Make a queue without items. Raise InvalidInput, Conflict, QuotaExceeded."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        about = _checked(about)
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            kept = await queues.all()
            _name_is_free(about.name, kept, "")
            if len(kept) >= MAX_QUEUES:
                raise QuotaExceeded(f"A project has at most {MAX_QUEUES} queues.", hint="Delete one first.")
            row = AnnotationQueueRow(
                id=new_id("queue"), project_id=operator.project_id, created_by=operator.name, **_values(about)
            )
            queues.add(row)
            await AuditTrail(work.session).record(operator, "annotation_queue.create", target(row))
            return queue_of(row)

    async def change_queue(self, operator: Operator, queue_id: str, about: NewQueue, *, version: int) -> Queue:
        """Save a queue that was read at `version`; what is assigned to who is not among its people is to anybody.

        Raise QueueNotFound, QueueChanged, InvalidInput, Conflict.
        """
        operator.require(Permission.ANNOTATIONS_EDIT)
        about = _checked(about)
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            row = await queues.get(storable(queue_id), lock=True)
            if row.version != version:
                raise QueueChanged("Somebody has saved this queue since you opened it.", hint="Read it again first.")
            _name_is_free(about.name, await queues.all(), row.id)
            values = _values(about)
            if not is_asked_alike(values["configs"], row.configs) and await queues.has_labels(row.id):
                raise Conflict(
                    "What a queue asks stays as it is once something is labelled.", hint="Make another queue."
                )
            num_labels = row.num_labels
            for name, value in values.items():
                setattr(row, name, value)
            items = Items(work.session, operator.project_id, row.id)
            if values["num_labels"] != num_labels:
                await items.recount(about.num_labels)
            if about.people:
                await items.pass_on([one.id for one in about.people])
            row.version += 1
            queues.add(row)
            await AuditTrail(work.session).record(operator, "annotation_queue.change", target(row))
            return queue_of(row, (await queues.counts([row.id])).get(row.id, (0, 0)))

    async def close_queue(self, operator: Operator, queue_id: str, *, closed: bool = True) -> Queue:
        """End the labelling of a queue, or open it again; its labels stay. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            row = await queues.get(storable(queue_id), lock=True)
            if bool(row.closed_at) != closed:
                row.closed_at = utc_now() if closed else None
                queues.add(row)
                action = "annotation_queue.close" if closed else "annotation_queue.reopen"
                await AuditTrail(work.session).record(operator, action, target(row))
            return queue_of(row, (await queues.counts([row.id])).get(row.id, (0, 0)))

    async def is_labelled(self, operator: Operator, queue_id: str) -> bool:
        """Tell whether anything of a queue is labelled: what it asks stays then. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            queues = Queues(session, operator.project_id)
            return await queues.has_labels((await queues.get(storable(queue_id))).id)

    async def delete_queue(self, operator: Operator, queue_id: str) -> None:
        """Delete a queue with its labels; the conversations stay. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            row = await queues.get(storable(queue_id), lock=True)
            await queues.delete(row)
            await AuditTrail(work.session).record(operator, "annotation_queue.delete", target(row))


def _checked(about: NewQueue) -> NewQueue:
    """Return what is kept of a queue. Raise InvalidInput."""
    name, instructions = " ".join(storable(about.name).split()), storable(about.instructions).strip()
    if not 1 <= len(name) <= MAX_NAME:
        words = f"A queue has a name of at most {MAX_NAME} characters."
        raise InvalidInput(words, fields={"name": words})
    if len(instructions) > MAX_INSTRUCTIONS:
        words = f"Instructions have at most {MAX_INSTRUCTIONS:,} characters."
        raise InvalidInput(words, fields={"instructions": words})
    for field, value, most in (
        ("num_labels", about.num_labels, MAX_LABELS),
        ("lock_minutes", about.lock_minutes, MAX_LOCK_MINUTES),
    ):
        if not 1 <= value <= most:
            words = f"Between 1 and {most:,}."
            raise InvalidInput(words, fields={field: words})
    if len(about.people) > MAX_PEOPLE or (about.people and len(about.people) < about.num_labels):
        words = f"At most {MAX_PEOPLE} people, and no fewer than each item is to get labels from."
        raise InvalidInput(words, fields={"people": words})
    configs = configs_of([config_values(one) for one in about.configs])
    return NewQueue(name, configs, instructions, about.people, about.num_labels, about.lock_minutes)


def _values(about: NewQueue) -> dict[str, Any]:
    return {
        "name": about.name,
        "instructions": about.instructions,
        "configs": [config_values(one) for one in about.configs],
        "people": [{"id": storable(one.id), "name": storable(one.name)} for one in about.people],
        "num_labels": about.num_labels,
        "lock_minutes": about.lock_minutes,
    }


def _name_is_free(name: str, kept: Sequence[AnnotationQueueRow], but: str) -> None:
    if any(row.name == name and row.id != but for row in kept):
        words = "Another queue has this name."
        raise InvalidInput(words, fields={"name": words})
