"""The list of annotation queues."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from backend.annotations.types import Queue
from backend.bootstrap import services
from backend.operator import Permission
from console import routes
from console.state import formats
from console.state.seat import Phased


@dataclass(frozen=True)
class QueueLine:
    """A queue in the list."""

    id: str
    href: str
    items_href: str
    name: str
    closed: bool
    asks: str
    people: str
    done: str
    percent: int


def queue_line(queue: Queue) -> QueueLine:
    about = queue.about
    return QueueLine(
        id=queue.id,
        href=routes.to(routes.ANNOTATION_QUEUE, queue.id),
        items_href=routes.to(routes.ANNOTATION_ITEMS, queue.id),
        name=queue.name,
        closed=queue.closed_at is not None,
        asks=", ".join(one.name for one in about.configs),
        people=", ".join(one.name for one in about.people) or "Everyone who may label",
        done=f"{formats.count(queue.num_done)} of {formats.counted(queue.num_items, 'item')}",
        percent=round(100 * queue.num_done / queue.num_items) if queue.num_items else 0,
    )


class AnnotationState(Phased, rx.State):
    rows: rx.Field[list[QueueLine]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(default=False)

    @rx.event
    async def load(self) -> None:
        """Read the queues."""
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        self.may_edit = operator.may(Permission.ANNOTATIONS_EDIT)
        async with self._loading():
            self.rows = [queue_line(one) for one in await services().annotations.queues(operator)]
            self.shown = f"{formats.counted(len(self.rows), 'queue')}, by name"
            self.phase = "ready" if self.rows else "empty"
