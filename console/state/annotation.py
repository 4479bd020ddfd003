"""The list of annotation queues, and the form of a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.annotations.types import ConfigKind, Labeller, NewQueue, Queue
from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.operator import Permission
from backend.paging import MAX_LIMIT, Page
from console import routes
from console.state import formats
from console.state.annotation_scores import score_of
from console.state.forms import Choice, Formed
from console.state.seat import Phased

MAX_SCORES = 8
FIRST_KIND = ConfigKind.BOOLEAN.value


@dataclass(frozen=True)
class QueueLine:
    """A queue in the list."""

    id: str
    href: str
    name: str
    asks: str
    people: str
    done: str
    percent: int


def queue_line(queue: Queue) -> QueueLine:
    about = queue.about
    return QueueLine(
        id=queue.id,
        href=routes.to(routes.ANNOTATION_QUEUE, queue.id),
        name=queue.name,
        asks=", ".join(one.name for one in about.configs),
        people=", ".join(one.name for one in about.people) or "Everybody who may",
        done=f"{formats.count(queue.num_done)} of {formats.counted(queue.num_items, 'item')}",
        percent=round(100 * queue.num_done / queue.num_items) if queue.num_items else 0,
    )


class AnnotationState(Formed, Phased, rx.State):
    """`scores` numbers the questions of the form that is open."""

    rows: rx.Field[list[QueueLine]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    may_edit: rx.Field[bool] = rx.field(default=False)
    opened: rx.Field[bool] = rx.field(default=False)
    scores: rx.Field[list[int]] = rx.field(default_factory=lambda: [0])
    members: rx.Field[list[Choice]] = rx.field(default_factory=list)
    num_opened: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Read the queues."""
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        self.may_edit, self.opened = operator.may(Permission.ANNOTATIONS_EDIT), False
        async with self._loading():
            self.rows = [queue_line(one) for one in await services().annotations.queues(operator)]
            self.shown = f"{formats.counted(len(self.rows), 'queue')}, by name"
            self.phase = "ready" if self.rows else "empty"

    @rx.event
    async def open(self) -> None:
        """Show the form of a new queue."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        found = await services().identity.list_members(operator, Page(MAX_LIMIT))
        self.members = [Choice(one.user_id, one.name or one.email) for one in found.items]
        self.errors, self.scores, self.opened = {}, [0], True
        self.num_opened += 1

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.ANNOTATIONS_READ)
        self.opened = False

    @rx.event
    async def add_score(self) -> None:
        """Ask for one more score."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        if len(self.scores) < MAX_SCORES:
            self.scores = [*self.scores, len(self.scores)]

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the queue and go to it."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        async with self._checking():
            made = await services().annotations.create_queue(operator, self._about(form))
            self.opened = False
            return rx.redirect(routes.to(routes.ANNOTATION_QUEUE, made.id))
        return None

    def _about(self, form: Mapping[str, Any]) -> NewQueue:
        people = tuple(Labeller(one.value, one.label) for one in self.members if form.get(f"person-{one.value}"))
        return NewQueue(
            name=str(form.get("name", "")),
            configs=tuple(
                score_of(
                    str(form.get(f"score-{at}", "")),
                    str(form.get(f"kind-{at}", FIRST_KIND)),
                    str(form.get(f"choices-{at}", "")),
                )
                for at in self.scores
            ),
            instructions=str(form.get("instructions", "")),
            people=people,
            num_labels=_whole(form, "num_labels"),
            lock_minutes=_whole(form, "lock_minutes"),
        )


def _whole(form: Mapping[str, Any], name: str) -> int:
    text = str(form.get(name, "")).strip()
    if not text.isascii() or not text.isdigit():
        raise InvalidInput("This is a whole number.", fields={name: "This is a whole number."})
    return int(text)
