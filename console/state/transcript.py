"""One conversation: its messages, and what people think of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.remark_types import OutcomeTold
from backend.conversations.types import Conversation, Rating, Satisfaction
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


class TranscriptState(Phased, rx.State):
    """`conversation_id` is empty while none is open."""

    conversation_id: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    flow: rx.Field[str] = rx.field("")
    flow_href: rx.Field[str] = rx.field("")
    channel: rx.Field[str] = rx.field("")
    messages: rx.Field[list[MessageLine]] = rx.field(default_factory=list)
    earlier: rx.Field[str] = rx.field("")
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    details: rx.Field[list[OutputLine]] = rx.field(default_factory=list)
    commenting: rx.Field[str] = rx.field("")
    task: rx.Field[str] = rx.field("")
    satisfaction: rx.Field[str] = rx.field("")
    _drawn: Conversation | None = None

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the conversation that the address names, else the newest of the list."""
        path = self.router.url.path.rstrip("/")
        wanted = "" if path == routes.CONVERSATIONS else path.rpartition("/")[2]
        if wanted and self._turn_to(wanted):
            yield
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        wanted = wanted or await self._newest()
        async for step in self._open(operator, wanted):
            yield step

    @rx.event
    async def open_newest(self) -> AsyncIterator[Any]:
        """Go on with the newest: the one that was open has been deleted."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        async for step in self._open(operator, await self._newest()):
            yield step

    async def _open(self, operator: Operator, wanted: str) -> AsyncIterator[Any]:
        """Read a conversation; of another one than before, show first that it is coming."""
        if self._turn_to(wanted):
            yield
        if not wanted:
            self.phase = "empty"
            return
        await self._read(operator)
        answer = traced_first(self.messages)
        if answer and answer.trace_id:
            yield TraceState.show_spans(self.conversation_id, answer.trace_id)
        else:
            yield TraceState.show(answer.run_id if answer else "")

    def _turn_to(self, wanted: str) -> bool:
        """Forget the conversation that was open; tell whether it was another one."""
        if wanted == self.conversation_id:
            return False
        self.phase, self.conversation_id = "loading", wanted
        self.messages, self.commenting = [], ""
        return True

    async def _read(self, operator: Operator) -> None:
        """Draw the messages as they stand now."""
        async with self._loading():
            num_read = max(WINDOW, len(self.messages))  # what was shown of earlier ones stays
            opened = await services().conversations.opened(operator, self.conversation_id, num_read)
            zone = await self._zone()
            now, conversation = formats.now(), opened.conversation
            self.title, self.flow = conversation.title, conversation.flow_name
            self.flow_href = routes.to(routes.FLOW, conversation.flow_id) if conversation.is_held_here else ""
            self.channel = CHANNEL_WORDS[conversation.channel]
            self.messages = await message_lines(operator, opened, zone, now)
            self.facts, self.details = facts_of(conversation), output_lines(opened.details) if opened.details else []
            self.task = next((key for key, done in TASK.items() if done is conversation.task_completed), "")
            self.satisfaction = str(conversation.satisfaction or "")
            self._drawn = conversation
            self._show_earlier(has_earlier=opened.has_earlier, num_messages=conversation.num_messages)
            await self._show_tests(operator)
            await (await self.get_state(RemarksState))._show(operator, conversation)
            await (await self.get_state(ScoresState))._show(operator, conversation.id, self.messages)
            self.phase = "ready"

    async def _follow(self, operator: Operator) -> None:
        """Draw the messages anew where something was said since; the trace beside stays at what is looked at."""
        if self.phase == "ready" and self._drawn:
            opened = await services().conversations.opened(operator, self.conversation_id, 1)
            if opened.conversation != self._drawn:
                await self._read(operator)

    def _show_earlier(self, *, has_earlier: bool, num_messages: int) -> None:
        shown, total = formats.count(len(self.messages)), formats.count(num_messages)
        self.earlier = f"The last {shown} of {total} messages" if has_earlier else ""

    @rx.event
    async def show_earlier(self) -> None:
        """Put the messages before the first one above it."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if not self.messages:
            return
        opened = await services().conversations.opened(
            operator, self.conversation_id, WINDOW, before=self.messages[0].id
        )
        zone = await self._zone()
        now = formats.now()
        self.messages = [*await message_lines(operator, opened, zone, now), *self.messages]
        await self._show_tests(operator)
        self._show_earlier(has_earlier=opened.has_earlier, num_messages=opened.conversation.num_messages)

    async def _show_tests(self, operator: Operator) -> None:
        """Say below each answer which rows it became, and how they stand."""
        found: dict[str, list[TestLine]] = {}
        flow_id = self._drawn.flow_id if self._drawn and self._drawn.is_held_here else ""
        for test in await services().turns.tests(operator, [line.id for line in self.messages if line.agent]):
            found.setdefault(test.message_id, []).append(test_line(test, flow_id))
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
        return toasts.warn(refusal.problem.words, refusal.problem.more) if refusal.problem else None

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
        await self._tell({"task_completed": TASK.get(value)})

    @rx.event
    async def tell_satisfaction(self, value: str) -> None:
        """Say how satisfied the person was, or that it is not known."""
        await self._tell({"satisfaction": int(value) if value in SATISFACTIONS else None})

    async def _tell(self, told: OutcomeTold) -> None:
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().conversations.tell_outcome(operator, self.conversation_id, told)
        await self._read(operator)
        await (await self.get_state(ConversationsState))._count(operator)

    async def _newest(self) -> str:
        """Return the id of the first row; nothing when the list is empty."""
        rows = (await self.get_state(ConversationsState)).rows
        return rows[0].id if rows else ""
