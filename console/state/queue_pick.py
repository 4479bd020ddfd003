"""Put what was selected, what the filters leave, or one answer into an annotation queue."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.annotations.types import MAX_ADDED, Each, Target
from backend.bootstrap import services
from backend.operator import Operator, Permission
from console import routes, toasts
from console.state.conversations import ConversationsState
from console.state.formats import counted
from console.state.forms import Choice, Formed

# What is selected is put into a queue, tagged and deleted, judged: each asks for its own right.
ACTS = (Permission.ANNOTATIONS_EDIT, Permission.CONVERSATIONS_REPLY, Permission.EXPERIMENTS_RUN)


class QueuePickState(Formed, rx.State):
    """`_targets` is what goes into the queue; empty means what the list shows by its filters."""

    may_add: rx.Field[bool] = rx.field(default=False)
    may_select: rx.Field[bool] = rx.field(default=False)
    opened: rx.Field[bool] = rx.field(default=False)
    queues: rx.Field[list[Choice]] = rx.field(default_factory=list)
    selected: rx.Field[list[str]] = rx.field(default_factory=list)
    what: rx.Field[str] = rx.field("")
    shown: rx.Field[int] = rx.field(0)
    is_one: rx.Field[bool] = rx.field(default=False)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    _targets: tuple[Target, ...] = ()
    _added: tuple[str, ...] = ()  # the queue, then the items

    @rx.var
    def num_selected(self) -> int:
        return len(self.selected)

    @rx.event
    async def load(self) -> None:
        """Find out who looks; nothing is selected at first."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.may_add, self.selected = operator.may(Permission.ANNOTATIONS_EDIT), []
        self.may_select = any(map(operator.may, ACTS))

    @rx.event
    async def select(self, conversation_id: str) -> None:
        """Select a conversation of the list, or no longer."""
        await self._operator(Permission.CONVERSATIONS_READ)
        kept = [one for one in self.selected if one != conversation_id]
        self.selected = kept if len(kept) < len(self.selected) else [*kept, conversation_id][:MAX_ADDED]

    @rx.event
    async def unselect(self) -> None:
        """Let go of what is selected."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.selected = []

    @rx.event
    async def open_selected(self) -> None:
        """Ask where what is selected goes."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        self._targets = tuple(Target(one) for one in self.selected)
        await self._ask(operator, counted(len(self.selected), "conversation"))

    @rx.event
    async def open_shown(self) -> None:
        """Ask where what the filters leave goes."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        self._targets = ()
        listed = await self.get_state(ConversationsState)
        await self._ask(operator, f"{listed.matching} match; the newest {MAX_ADDED:,} at most are added.")

    @rx.event
    async def open_one(self, conversation_id: str, message_id: str) -> None:
        """Ask where an answer goes."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        self._targets = (Target(conversation_id, message_id),)
        await self._ask(operator, "One answer, with what was said before it.")

    async def _ask(self, operator: Operator, what: str) -> None:
        found = await services().annotations.queues(operator)
        open_ = [one for one in found if one.closed_at is None]
        self.queues = [Choice(one.id, f"{one.name}, {counted(one.num_items, 'item')}") for one in open_]
        self.what, self.errors, self.opened = what, {}, True
        self.is_one = len(self._targets) == 1 and self._targets[0].message_id != ""
        self.shown += 1

    @rx.event
    async def close(self) -> None:
        """Leave everything where it is."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = False

    @rx.event
    async def add(self, form: dict[str, Any]) -> Any:
        """Put it into the queue that was chosen."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        annotations, queue_id = services().annotations, str(form.get("queue_id", ""))
        async with self._checking():
            each_answer = not self.is_one and form.get("each") == Each.ANSWER
            if not self._targets:
                filters = (await self.get_state(ConversationsState))._filters()
                added = await annotations.add_matching(operator, queue_id, filters, each_answer=each_answer)
            elif each_answer:
                ids = [one.conversation_id for one in self._targets]
                added = await annotations.add_answers(operator, queue_id, ids)
            else:
                added = await annotations.add_items(operator, queue_id, self._targets)
            self.opened, self.selected = False, []
            name = (await annotations.queue(operator, queue_id)).name
            if not added:
                return toasts.say(f"All of it is in {name} already.")
            self._added, self.num_undo = (queue_id, *added), self.num_undo + 1
            self.undo_words = f"{counted(len(added), 'item')} added to {name}"
        return None

    @rx.event
    async def take_back(self) -> None:
        """Take out again what was added last."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        if self._added:
            queue_id, *items = self._added
            await services().annotations.take_back(operator, queue_id, items)
        self._added, self.undo_words = (), ""

    @rx.event
    async def dismiss(self) -> None:
        """Let what was added last stand."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self._added, self.undo_words = (), ""

    @rx.event
    async def delete_selected(self) -> Any:
        """Take what is selected out of the log, and offer it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        gone = await services().conversations.delete_some(operator, self.selected)
        self.selected = []
        listed = await self.get_state(ConversationsState)
        await listed._offer_back(operator, gone, f"{counted(len(gone), 'conversation')} deleted")
        return rx.redirect(routes.CONVERSATIONS)
