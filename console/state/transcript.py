"""One conversation: its messages, and what people think of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.remark_types import OutcomeTold
from backend.conversations.types import Conversation, Opened, Rating, Satisfaction
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console import routes, toasts
from console.problems import caught
from console.state import formats
from console.state.conversations import ConversationsState
from console.state.conversations_rows import MessageLine, TestLine, test_line, traced_first
from console.state.conversations_words import CHANNEL_WORDS, TASK
from console.state.decided import message_lines
from console.state.remarks import RemarksState
from console.state.scores import ScoresState
from console.state.seat import Phased
from console.state.trace import TraceState
from console.state.trace_rows import OutputLine, output_lines
from console.state.transcript_facts import Fact, facts_of

WINDOW = 100
SATISFACTIONS = frozenset(Satisfaction) - {Satisfaction.UNKNOWN}
MAX_DRAWN = 3 * WINDOW
MARK = "m-"  # before the id of a message, in the page and behind # in addresses that were kept from before


class TranscriptState(Phased, rx.State):
    """`conversation_id` is empty while none is open.

    A part of its messages is drawn: `earlier` and `later` say which where there are more. `marked` is the one to which
    the address leads.
    """

    conversation_id: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    flow: rx.Field[str] = rx.field("")
    flow_href: rx.Field[str] = rx.field("")
    channel: rx.Field[str] = rx.field("")
    messages: rx.Field[list[MessageLine]] = rx.field(default_factory=list)
    earlier: rx.Field[str] = rx.field("")
    later: rx.Field[str] = rx.field("")
    marked: rx.Field[str] = rx.field("")
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    details: rx.Field[list[OutputLine]] = rx.field(default_factory=list)
    commenting: rx.Field[str] = rx.field("")
    task: rx.Field[str] = rx.field("")
    satisfaction: rx.Field[str] = rx.field("")
    _drawn: Conversation | None = None
    _num_before: int = 0

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the conversation that the address names, at its message, else the newest of the list at its end."""
        path = self.router.url.path.rstrip("/")
        wanted = "" if path == routes.CONVERSATIONS else path.rpartition("/")[2]
        if wanted and self._turn_to(wanted):
            yield
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        at = self._message_asked() if wanted else ""
        if not at and (self.marked or self.later):
            self._leave_place()
        async for step in self._open(operator, wanted or await self._newest(), at):
            yield step
        if self.marked:
            yield toasts.reveal(MARK + self.marked)

    @rx.event
    async def refresh(self) -> AsyncIterator[Any]:
        """Draw what is open as it stands now, where it is."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        async for step in self._open(operator, self.conversation_id):
            yield step

    @rx.event
    async def open_newest(self) -> AsyncIterator[Any]:
        """Go on with the newest: the one that was open has been deleted."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        async for step in self._open(operator, await self._newest()):
            yield step

    async def _open(self, operator: Operator, wanted: str, at: str = "") -> AsyncIterator[Any]:
        """Read a conversation, at a message or where it is; of another one, show first that it is coming."""
        if self._turn_to(wanted):
            yield
        if not wanted:
            self.phase = "empty"
            return
        await self._read(operator, at)
        answer = traced_first(self.messages, self.marked)
        if answer and answer.trace_id:
            yield TraceState.show_spans(self.conversation_id, answer.trace_id)
        else:
            replied_by = answer.author if answer and answer.replied else ""
            yield TraceState.show(answer.run_id if answer else "", replied_by)

    def _message_asked(self) -> str:
        """Return the message that the address names."""
        url = self.router.url
        kept = url.fragment.removeprefix(MARK) if url.fragment.startswith(MARK) else ""
        return url.query_parameters.get("at", "") or kept

    def _turn_to(self, wanted: str) -> bool:
        """Forget the conversation that was open; tell whether it was another one."""
        if wanted == self.conversation_id:
            return False
        self.phase, self.conversation_id, self.commenting = "loading", wanted, ""
        self._leave_place()
        return True

    def _leave_place(self) -> None:
        self.messages, self.later, self.marked = [], "", ""

    async def _read(self, operator: Operator, at: str = "") -> None:
        """Draw the messages as they stand now, those around one where it is not among them."""
        async with self._loading():
            opened = await self._part(operator, at)
            conversation = opened.conversation
            self.title, self.flow = conversation.title, conversation.flow_name
            self.flow_href = routes.to(routes.FLOW, conversation.flow_id) if conversation.is_held_here else ""
            self.channel = CHANNEL_WORDS[conversation.channel]
            self.messages = await self._lines(operator, opened)
            if at:
                self.marked = at if any(line.id == at for line in self.messages) else ""
            self.facts, self.details = facts_of(conversation), output_lines(opened.details) if opened.details else []
            self.task = next((key for key, done in TASK.items() if done is conversation.task_completed), "")
            self.satisfaction = str(conversation.satisfaction or "")
            self._drawn = conversation
            self._say_place(opened)
            await self._show_tests(operator)
            await (await self.get_state(RemarksState))._show(operator, conversation)
            await (await self.get_state(ScoresState))._show(operator, conversation.id, self.messages)
            self.phase = "ready"

    async def _part(self, operator: Operator, at: str) -> Opened:
        """Return the part around a message that is not drawn yet, else what is drawn: at the end, the end."""
        log, num_read = services().conversations, max(WINDOW, len(self.messages))
        if at and all(line.id != at for line in self.messages):
            return await log.around(operator, self.conversation_id, at, WINDOW)
        if self.later:
            opened = await log.opened(operator, self.conversation_id, num_read, until=self.messages[-1].id)
            return replace(opened, has_later=True, num_before=self._num_before)
        return await log.opened(operator, self.conversation_id, num_read)

    async def _follow(self, operator: Operator) -> None:
        """Draw the messages anew where something was said since; the trace beside stays at what is looked at."""
        if self.phase == "ready" and self._drawn:
            opened = await services().conversations.opened(operator, self.conversation_id, 1)
            if opened.conversation != self._drawn:
                await self._read(operator)

    def _say_place(self, opened: Opened) -> None:
        """Say which messages are drawn where that is not all of them."""
        shown, total = len(self.messages), opened.conversation.num_messages
        self._num_before = opened.num_before if opened.has_later else max(0, total - shown)
        first, last, whole = (formats.count(one) for one in (self._num_before + 1, self._num_before + shown, total))
        place = f"Messages {first} to {last} of {whole}"
        words = place if opened.has_later else f"The last {shown} of {whole} messages"
        self.earlier, self.later = words if opened.has_earlier else "", words if opened.has_later else ""

    @rx.event
    async def show_earlier(self) -> Any:
        """Put the messages before the first one above it; beyond `MAX_DRAWN`, the last ones leave the page."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if not self.messages:
            return None
        seam, log = self.messages[0].id, services().conversations
        opened = await log.opened(operator, self.conversation_id, WINDOW, before=seam)
        lines = [*await self._lines(operator, opened), *self.messages]
        self.messages = lines[:MAX_DRAWN]
        has_later, num_before = bool(self.later) or len(lines) > MAX_DRAWN, self._num_before - len(opened.messages)
        self._say_place(replace(opened, has_later=has_later, num_before=num_before))
        await self._show_tests(operator)
        return toasts.reveal(MARK + seam)

    @rx.event
    async def show_later(self) -> Any:
        """Put the messages behind the last one below it; beyond `MAX_DRAWN`, the first ones leave the page."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if not self.messages:
            return None
        seam, log = self.messages[-1].id, services().conversations
        opened = await log.later(operator, self.conversation_id, seam, WINDOW)
        lines = [*self.messages, *await self._lines(operator, opened)]
        self.messages = lines[-MAX_DRAWN:]
        num_before = self._num_before + len(lines) - len(self.messages)
        self._say_place(replace(opened, has_earlier=num_before > 0, num_before=num_before))
        await self._show_tests(operator)
        return toasts.reveal(MARK + seam)

    @rx.event
    async def show_end(self) -> AsyncIterator[Any]:
        """Draw the last messages."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._leave_place()
        async for step in self._open(operator, self.conversation_id):
            yield step
        if self.messages:
            yield toasts.reveal(MARK + self.messages[-1].id)

    async def _lines(self, operator: Operator, opened: Opened) -> list[MessageLine]:
        return await message_lines(operator, opened, await self._zone(), formats.now())

    async def _show_tests(self, operator: Operator) -> None:
        """Say below each answer which rows it became, and how they stand."""
        found: dict[str, list[TestLine]] = {}
        drawn = self._drawn
        flow_id = drawn.flow_id if drawn and drawn.is_held_here else ""
        prompt_id = (drawn.prompt_id if drawn else "") or ""
        for test in await services().turns.tests(operator, [line.id for line in self.messages if line.agent]):
            found.setdefault(test.message_id, []).append(test_line(test, flow_id, prompt_id))
        self.messages = [replace(line, tests=found.get(line.id, [])) for line in self.messages]

    @rx.event
    async def rate(self, message_id: str, rating: str) -> rx.event.EventSpec | None:
        """Judge an answer; the same thumb again takes it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        given = next((line.rating for line in self.messages if line.id == message_id), "")
        chosen = Rating.NONE if rating == given else Rating(rating)
        with caught(Conflict) as refusal:
            await services().conversations.set_feedback(operator, message_id, chosen, seen=Rating(given or Rating.NONE))
        self.commenting = message_id if chosen is not Rating.NONE and not refusal.problem else ""
        await self._read(operator)
        await (await self.get_state(ConversationsState))._count(operator)
        return toasts.refuse(refusal.problem.words, refusal.problem.more) if refusal.problem else None

    @rx.event
    async def comment(self, form: dict[str, str]) -> None:
        """Say why the answer was just judged as it was."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        text = form.get("comment", "")
        given = next((line.rating for line in self.messages if line.id == self.commenting), "")
        if given in (Rating.UP, Rating.DOWN):
            await services().conversations.set_feedback(operator, self.commenting, Rating(given), text)
        self.commenting = ""
        await self._read(operator)

    @rx.event
    async def leave_comment(self) -> None:
        """Keep the thumb without words."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.commenting = ""

    @rx.event
    async def tell_task(self, value: str) -> None:
        """Say whether the task was done, or that it is not known."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await self._tell(operator, {"task_completed": TASK.get(value)})

    @rx.event
    async def tell_satisfaction(self, value: str) -> None:
        """Say how satisfied the person was, or that it is not known."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await self._tell(operator, {"satisfaction": int(value) if value in SATISFACTIONS else None})

    async def _tell(self, operator: Operator, told: OutcomeTold) -> None:
        await services().conversations.tell_outcome(operator, self.conversation_id, told)
        await self._read(operator)
        await (await self.get_state(ConversationsState))._count(operator)

    async def _newest(self) -> str:
        """Return the id of the first row; nothing when the list is empty."""
        rows = (await self.get_state(ConversationsState)).rows
        return rows[0].id if rows else ""
