"""One conversation: its messages, and what people think of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Rating
from backend.operator import Operator, Permission
from console import routes
from console.state import formats
from console.state.conversations import ConversationsState
from console.state.conversations_rows import CHANNEL_WORDS, MessageLine, message_line
from console.state.seat import Phased
from console.state.trace import TraceState


class TranscriptState(Phased, rx.State):
    """`conversation_id` is empty while none is open."""

    conversation_id: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    flow: rx.Field[str] = rx.field("")
    flow_href: rx.Field[str] = rx.field("")
    channel: rx.Field[str] = rx.field("")
    messages: rx.Field[list[MessageLine]] = rx.field(default_factory=list)
    commenting: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Read the conversation that the address names, else the newest of the list."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        path = self.router.url.path.rstrip("/")
        wanted = await self._newest() if path == routes.CONVERSATIONS else path.rpartition("/")[2]
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
        if wanted != self.conversation_id:
            self.phase, self.conversation_id = "loading", wanted
            self.messages, self.commenting = [], ""
            yield
        if not wanted:
            self.phase = "empty"
            return
        await self._read(operator)
        answers = [line.run_id for line in self.messages if line.agent]
        yield TraceState.show(answers[-1] if answers else "")

    async def _read(self, operator: Operator) -> None:
        """Draw the messages as they stand now."""
        async with self._loading():
            transcript = await services().conversations.transcript(operator, self.conversation_id)
            zone = await self._zone()
            now = formats.now()
            self.title = transcript.conversation.title
            self.flow = transcript.conversation.flow_name
            self.flow_href = routes.to(routes.FLOW, transcript.conversation.flow_id)
            self.channel = CHANNEL_WORDS[transcript.conversation.channel]
            self.messages = [message_line(message, zone, now) for message in transcript.messages]
            self.phase = "ready"

    @rx.event
    async def rate(self, message_id: str, rating: str) -> None:
        """Judge an answer; the same thumb again takes it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        given = next((line.rating for line in self.messages if line.id == message_id), "")
        chosen = Rating.NONE if rating == given else Rating(rating)
        await services().conversations.set_feedback(operator, message_id, chosen)
        self.commenting = message_id if chosen is Rating.DOWN else ""
        await self._read(operator)
        await (await self.get_state(ConversationsState))._count(operator)

    @rx.event
    async def comment(self, form: dict[str, str]) -> None:
        """Say what was wrong with the answer that was just marked as not helpful."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        text = form.get("comment", "")
        await services().conversations.set_feedback(operator, self.commenting, Rating.DOWN, text)
        self.commenting = ""
        await self._read(operator)

    @rx.event
    async def leave_comment(self) -> None:
        """Keep the thumb without words."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.commenting = ""

    async def _newest(self) -> str:
        """Return the id of the first row; nothing when the list is empty."""
        rows = (await self.get_state(ConversationsState)).rows
        return rows[0].id if rows else ""
