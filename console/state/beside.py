"""A second conversation that stands beside the open one, to compare them."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.state import formats
from console.state.conversations_rows import MessageLine
from console.state.decided import message_lines
from console.state.seat import Phased
from console.state.transcript import WINDOW
from console.state.transcript_facts import Fact, facts_of


class BesideState(Phased, rx.State):
    """`conversation_id` is empty while none is held; it stays while others are opened."""

    conversation_id: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    messages: rx.Field[list[MessageLine]] = rx.field(default_factory=list)
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    earlier: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Hold the conversation that the address names."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        if wanted := self.router.url.query_parameters.get("beside", ""):
            await self._read(operator, wanted)

    @rx.event
    async def hold(self, conversation_id: str) -> None:
        """Keep a conversation in sight."""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ), conversation_id)

    @rx.event
    async def let_go(self) -> None:
        await self._operator(Permission.CONVERSATIONS_READ)
        self.conversation_id, self.messages = "", []

    async def _read(self, operator: Operator, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        async with self._loading():
            opened = await services().conversations.opened(operator, conversation_id, WINDOW)
            zone, now = await self._zone(), formats.now()
            self.title, self.facts = opened.conversation.title, facts_of(opened.conversation)
            self.messages = await message_lines(operator, opened, zone, now)
            whole = formats.count(opened.conversation.num_messages)
            self.earlier = f"The last {WINDOW} of {whole} messages" if opened.has_earlier else ""
            self.phase = "ready"
