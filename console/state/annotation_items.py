"""What is in a queue: whom each item is assigned to, how it stands, and what is done with the queue itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.annotations.types import Labeller, Queue, QueueItem, Which
from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console import routes, toasts
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.asking import Asking
from console.state.forms import Choice
from console.state.seat import Phased

PAGE = 50
NOBODY = "nobody"


@dataclass(frozen=True)
class ItemLine:
    """An item of the queue."""

    id: str
    title: str
    href: str
    what: str
    mark: str
    words: str
    assigned: str
    labels: str
    label_href: str = ""
    """Where who sees it goes back to what they skipped."""


def item_line(one: QueueItem, label_href: str = "") -> ItemLine:
    mark, words = ("ok", "Done") if one.is_done else ("queued", "Waits")
    if one.is_skipped:
        mark, words = "skip", "Skipped by you"
    if one.held_by:
        mark, words = "run", f"Open at {one.held_by}"
    return ItemLine(
        id=one.id,
        title=one.title,
        href=routes.message(one.target.conversation_id, one.target.message_id),
        what="Answer" if one.target.message_id else "Conversation",
        mark=mark,
        words=words,
        assigned=one.assigned.name if one.assigned else "",
        labels=", ".join(f"{said.person.name}: {_values(said.values)}" for said in one.annotations),
        label_href=f"{label_href}?item={one.id}" if one.is_skipped else "",
    )


def _values(values: dict[str, Any]) -> str:
    words = {True: "yes", False: "no"}
    said = (
        words[one] if isinstance(one, bool) else f"{one:g}" if isinstance(one, float) else one
        for one in values.values()
    )
    return ", ".join(map(str, said))


class AnnotationItemsState(Addressed, Asking, Phased, rx.State):
    """`selected` holds ids of what the list shows."""

    queue_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    is_closed: rx.Field[bool] = rx.field(default=False)
    label_href: rx.Field[str] = rx.field("")
    which: rx.Field[str] = rx.field(Which.ALL.value)
    rows: rx.Field[list[ItemLine]] = rx.field(default_factory=list)
    more: rx.Field[bool] = rx.field(default=False)
    shown: rx.Field[str] = rx.field("")
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    people: rx.Field[list[Choice]] = rx.field(default_factory=list)
    may_edit: rx.Field[bool] = rx.field(default=False)
    typed: rx.Field[str] = rx.field("")
    _after: str = ""
    _num: tuple[int, int] = (0, 0)

    @rx.event
    async def load(self) -> None:
        """Open the list of the queue that the address names."""
        self._arrive()
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        self.reset()
        self.address = self.queue_id = self._wanted()
        self.may_edit = operator.may(Permission.ANNOTATIONS_EDIT)
        self.label_href = routes.to(routes.ANNOTATION_QUEUE, self.queue_id)
        await self._read(operator)

    @rx.event
    async def look(self) -> None:
        """Read the list again."""
        await self._read(await self._operator(Permission.ANNOTATIONS_READ))

    @rx.event
    async def show(self, which: str) -> None:
        """Show all, mine, or what is assigned to nobody."""
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        self.which = which if which in set(Which) else self.which
        await self._read(operator)

    @rx.event
    async def show_more(self) -> None:
        """Show the next items."""
        await self._fill(await self._operator(Permission.ANNOTATIONS_READ), self._after)

    @rx.event
    async def select(self, item_id: str) -> None:
        """Select an item, or no longer."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        kept = [one for one in self.selected if one != item_id]
        self.selected = kept if len(kept) < len(self.selected) else [*kept, item_id]

    @rx.event
    async def select_shown(self) -> None:
        """Select what the list shows, or nothing where all of it is."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        every = [row.id for row in self.rows]
        self.selected = [] if len(self.selected) == len(every) else every

    @rx.event
    async def assign(self, person_id: str) -> Any:
        """Assign what is selected to somebody, or to nobody."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        found = next((Labeller(one.value, one.label) for one in self.people if one.value == person_id), None)
        if not self.selected or (found is None and person_id != NOBODY):
            return None
        with caught(InvalidInput) as refusal:
            num = await services().annotations.assign(operator, self.queue_id, self.selected, found)
        if refusal.problem:
            return toasts.warn(refusal.problem.words)
        await self._read(operator)
        return toasts.say(f"{formats.counted(num, 'item')} assigned to {found.name if found else 'nobody'}.")

    @rx.event
    async def ask(self, about: str) -> None:
        """Ask before items, or the queue, go."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        self.typed = ""
        self._ask(about, self.queue_id, self.name)

    @rx.event
    async def type_name(self, typed: str) -> None:
        """Take the name that is typed before the queue goes."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        self.typed = typed

    @rx.event
    async def keep(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.ANNOTATIONS_READ)
        self.asking = ""

    @rx.event
    async def clear(self) -> Any:
        """Take out what waits."""
        return await self._clear(await self._operator(Permission.ANNOTATIONS_EDIT), "clear")

    @rx.event
    async def empty(self) -> Any:
        """Take everything out."""
        return await self._clear(await self._operator(Permission.ANNOTATIONS_EDIT), "empty")

    @rx.event
    async def close_queue(self) -> None:
        """End the labelling."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        await services().annotations.close_queue(operator, self.queue_id)
        await self._read(operator)

    @rx.event
    async def reopen(self) -> None:
        """Open the queue again."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        await services().annotations.close_queue(operator, self.queue_id, closed=False)
        await self._read(operator)

    @rx.event
    async def delete(self) -> Any:
        """Delete the queue with its labels and go to the list."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        if self.typed != self.asked_name or not (queue_id := self._answered("delete")):
            return None
        await services().annotations.delete_queue(operator, queue_id)
        return [rx.redirect(routes.ANNOTATION), toasts.say(f"“{self.asked_name}” is deleted.")]

    async def _clear(self, operator: Operator, about: str) -> Any:
        if not (queue_id := self._answered(about)):
            return None
        num = await services().annotations.clear_queue(operator, queue_id, with_done=about == "empty")
        await self._read(operator)
        return toasts.say(f"{formats.counted(num, 'item')} taken out.")

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            queue = await services().annotations.queue(operator, self.queue_id)
            self.name, self.is_closed = queue.name, queue.closed_at is not None
            self._num = queue.num_done, queue.num_items
            self.people = await _people(operator, queue) if self.may_edit else []
            self.rows, self.selected = [], []
            await self._fill(operator, "")
            self.phase = "ready"

    async def _fill(self, operator: Operator, after: str) -> None:
        found = await services().annotations.items(operator, self.queue_id, Page(PAGE, after), Which(self.which))
        self.rows = [*self.rows, *(item_line(one, self.label_href) for one in found.items)]
        self.more, self._after = found.next is not None, found.next or ""
        done, every = self._num
        self.shown = f"{formats.count(done)} of {formats.counted(every, 'item')} done, in order"


async def _people(operator: Operator, queue: Queue) -> list[Choice]:
    """Return whom items can be assigned to: the people of the queue, else the members."""
    if queue.about.people:
        return [Choice(one.id, one.name) for one in queue.about.people]
    found = await services().identity.list_members(operator, Page(MAX_LIMIT))
    return [Choice(one.user_id, one.name or one.email) for one in found.items]
