"""Label what waits in a queue, a key for a label, one item after the other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from backend.annotations.types import ConfigKind, ScoreConfig, Turned
from backend.bootstrap import services
from backend.conversations.types import Opened
from backend.errors import Conflict, InvalidInput, NotFound
from backend.operator import Operator, Permission
from console import routes, toasts
from console.problems import caught
from console.state import formats
from console.state.addresses import Addressed
from console.state.agreement_lines import AgreementLine, LackingLine, agreement_line, lacking_lines
from console.state.conversations_rows import MessageLine, message_line
from console.state.decided import gone_documents
from console.state.forms import Formed
from console.state.seat import Phased
from console.state.transcript import MARK, WINDOW

CONTEXT = 20
ABOUT_ANSWER = "Asked of the marked answer, not of what was said before it."
ABOUT_WHOLE = "Asked of the conversation as a whole, all of its answers together."


@dataclass(frozen=True)
class LabelKey:
    """A label that one key gives; `value` is the number of the option."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class AskedLine:
    """What is asked now. Without `buttons` the label is typed: a number, or words where `scale` is empty."""

    item_id: str
    name: str
    question: str
    scale: str
    buttons: list[LabelKey] = field(default_factory=list)


def rest_words(num_done: int, num_items: int, num_skipped: int, *, is_compared: bool) -> tuple[str, str]:
    """Say why nothing is open, and what to do about it."""
    if not num_items:
        return "This queue is empty", "Open Conversations, tick what is to be labelled, and add it to this queue."
    if num_done == num_items:
        below = "How far those who scored the same items agree stands below."
        lacking = "What it takes to say how far they agree stands below."
        return f"{formats.counted(num_items, 'item')} labelled, none left", below if is_compared else lacking
    if num_skipped:
        one = num_skipped == 1
        why = f"Nothing else waits for you here. What you skipped still wants {'its label' if one else 'labels'}."
        return f"{formats.count(num_skipped)} {'was' if one else 'were'} skipped", why
    return "Nothing is waiting for you here", "What is left is open with somebody else, or meant for other people."


class AnnotateState(Addressed, Formed, Phased, rx.State):
    """`asked` is None when nothing waits for who is here."""

    queue_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    instructions: rx.Field[str] = rx.field("")
    asked: rx.Field[AskedLine | None] = rx.field(None)
    messages: rx.Field[list[MessageLine]] = rx.field(default_factory=list)
    conversation_id: rx.Field[str] = rx.field("")
    message_id: rx.Field[str] = rx.field("")
    href: rx.Field[str] = rx.field("")
    left: rx.Field[str] = rx.field("")
    mine: rx.Field[str] = rx.field("")
    percent: rx.Field[int] = rx.field(0)
    rest: rx.Field[str] = rx.field("")
    rest_why: rx.Field[str] = rx.field("")
    may_undo: rx.Field[bool] = rx.field(default=False)
    num_skipped: rx.Field[int] = rx.field(0)
    agreements: rx.Field[list[AgreementLine]] = rx.field(default_factory=list)
    lacking: rx.Field[list[LackingLine]] = rx.field(default_factory=list)
    about: rx.Field[str] = rx.field("")
    earlier: rx.Field[str] = rx.field("")
    _config: ScoreConfig | None = None

    @rx.event
    async def load(self) -> None:
        """Open the queue that the address names, and what waits in it for who is here."""
        self._arrive()
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        self.reset()
        self.address = self.queue_id = self._wanted()
        async with self._loading():
            queue = await services().annotations.queue(operator, self.queue_id)
            self.name, self.instructions = queue.name, queue.about.instructions
            await self._compare(operator)
            people = {one.id for one in queue.about.people}
            is_open = queue.closed_at is None and operator.may(Permission.ANNOTATIONS_LABEL)
            if is_open and (not people or operator.user_id in people):
                await self._open(operator)
            else:
                self._count(queue.num_done, queue.num_items)
                if queue.closed_at is not None:
                    self.rest, self.rest_why = "This queue is closed", "It is read, and no longer labelled."
                self.phase = "empty"

    async def _compare(self, operator: Operator) -> None:
        """Read how far those agree who scored the same items."""
        found = await services().annotations.agreements(operator, self.queue_id)
        self.agreements = [agreement_line(one) for one in (*found.people, *found.judges)]
        about = (await services().annotations.queue(operator, self.queue_id)).about
        self.lacking = lacking_lines(found, about.num_labels, self.queue_id, operator)

    async def _open(self, operator: Operator) -> None:
        """Show the item that the address names where it may be opened, else what waits."""
        if item_id := self._asked("item"):
            with caught(Conflict, NotFound) as refusal:
                turned = await services().annotations.take_skipped(operator, self.queue_id, item_id)
                await self._show(operator, turned)
            if not refusal.problem:
                return
        await self._show(operator, await services().annotations.take_next(operator, self.queue_id))

    async def _show(self, operator: Operator, turned: Turned) -> None:
        """Draw the item that is open now, read anew only where it is another one."""
        done, task = turned.progress, turned.task
        if task is None and self.asked is not None:  # what was labelled here since the page was opened counts
            await self._compare(operator)
        self._count(done.num_done, done.num_items, done.num_skipped)
        skipped = f", {formats.count(done.num_skipped)} skipped" if done.num_skipped else ""
        self.mine, self.may_undo = f"{formats.count(done.num_mine)} by you{skipped}", done.num_mine > 0
        self._config = task.asked if task else None
        if task is None or task.asked is None:
            self.asked, self.messages, self.phase = None, [], "empty"
            return
        before = self.asked.item_id if self.asked else ""
        self.asked = asked_line(task.item_id, task.asked)
        if before != task.item_id or not self.messages:
            at = task.target
            limit = CONTEXT if at.message_id else WINDOW
            opened = await services().conversations.opened(operator, at.conversation_id, limit, until=at.message_id)
            self.messages = await self._lines(operator, opened)
            self.conversation_id, self.message_id = at.conversation_id, at.message_id
            self._say_earlier(opened)
            self.about = ABOUT_ANSWER if at.message_id else ABOUT_WHOLE
            self.href = routes.message(at.conversation_id, at.message_id)
        self.phase = "ready"

    async def _lines(self, operator: Operator, opened: Opened) -> list[MessageLine]:
        zone, now, gone = await self._zone(), formats.now(), await gone_documents(operator, opened)
        return [message_line(one, zone, now, opened.conversation, gone) for one in opened.messages]

    def _say_earlier(self, opened: Opened) -> None:
        """Say how much is shown of what the label is of, where that is not all."""
        shown, total = (formats.count(one) for one in (len(self.messages), opened.conversation.num_messages))
        words = f"{shown} messages, down to the answer" if self.message_id else f"The last {shown} of {total} messages"
        self.earlier = words if opened.has_earlier else ""

    @rx.event
    async def show_earlier(self) -> Any:
        """Put the messages before the first one above it."""
        operator = await self._operator(Permission.ANNOTATIONS_LABEL)
        if not self.messages:
            return None
        seam, log = self.messages[0].id, services().conversations
        opened = await log.opened(operator, self.conversation_id, WINDOW, before=seam)
        self.messages = [*await self._lines(operator, opened), *self.messages]
        self._say_earlier(opened)
        return toasts.reveal(MARK + seam)

    def _count(self, num_done: int, num_items: int, num_skipped: int = 0) -> None:
        self.left = f"{formats.count(num_done)} of {formats.counted(num_items, 'item')} done"
        self.percent = round(100 * num_done / num_items) if num_items else 0
        self.num_skipped = num_skipped
        self.rest, self.rest_why = rest_words(num_done, num_items, num_skipped, is_compared=bool(self.agreements))

    @rx.event
    async def label(self, item_id: str, name: str, value: str) -> Any:
        """Give the label of a key and show what is asked next; a second press of a key is about neither."""
        operator = await self._operator(Permission.ANNOTATIONS_LABEL)
        if self.asked is None or self._config is None or (self.asked.item_id, self.asked.name) != (item_id, name):
            return None
        label = _label(self._config, value)
        async with self._checking():
            with caught(Conflict) as refusal:
                turned = await services().annotations.label(operator, self.queue_id, item_id, name, label)
                await self._show(operator, turned)
            if refusal.problem:
                await self._show(operator, await services().annotations.take_next(operator, self.queue_id))
                return toasts.refuse(refusal.problem.words, refusal.problem.more)
        return None

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Give the label that was typed."""
        await self._operator(Permission.ANNOTATIONS_LABEL)
        if self.asked is None:
            return None
        return AnnotateState.label(self.asked.item_id, self.asked.name, str(form.get("value", "")))

    @rx.event
    async def skip(self, item_id: str) -> None:
        """Put the item aside and show the next one."""
        operator = await self._operator(Permission.ANNOTATIONS_LABEL)
        if self.asked is not None and self.asked.item_id == item_id:
            await self._show(operator, await services().annotations.skip(operator, self.queue_id, item_id))

    @rx.event
    async def take_skipped(self) -> Any:
        """Show the first item that was put aside."""
        operator = await self._operator(Permission.ANNOTATIONS_LABEL)
        with caught(Conflict) as refusal:
            await self._show(operator, await services().annotations.take_skipped(operator, self.queue_id))
        return toasts.refuse(refusal.problem.words, refusal.problem.more) if refusal.problem else None

    @rx.event
    async def undo(self) -> Any:
        """Undo the last label and show its item."""
        operator = await self._operator(Permission.ANNOTATIONS_LABEL)
        with caught(Conflict) as refusal:
            await self._show(operator, await services().annotations.undo(operator, self.queue_id))
        return toasts.refuse(refusal.problem.words, refusal.problem.more) if refusal.problem else None

    @rx.event
    async def leave(self) -> None:
        """Let others have what is open here: the page is left."""
        operator = await self._operator(Permission.ANNOTATIONS_READ)
        if self.asked is not None and operator.may(Permission.ANNOTATIONS_LABEL):
            with suppress(NotFound):  # somebody deleted the queue meanwhile
                await services().annotations.leave(operator, self.queue_id)
            self.asked, self.messages = None, []


def asked_line(item_id: str, config: ScoreConfig) -> AskedLine:
    return AskedLine(
        item_id=item_id,
        name=config.name,
        question=config.asked,
        scale=f"{config.low:g} to {config.high:g}" if config.kind is ConfigKind.NUMBER else "",
        buttons=[LabelKey(one.key, one.name, str(at)) for at, one in enumerate(config.options)],
    )


def _label(config: ScoreConfig, value: str) -> bool | float | str:
    """Return the label of an option's number, or what was typed. Raise InvalidInput."""
    if config.options:
        at = int(value) if value.isascii() and value.isdigit() else -1
        if not 0 <= at < len(config.options):
            raise InvalidInput("There is no such label.")
        return config.options[at].value
    if config.kind is ConfigKind.NUMBER:
        try:
            return float(value)
        except ValueError:
            raise InvalidInput("A score is a number.") from None
    return value
