"""Who answers the conversation that is open, and the reply of whoever took it over."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console.state import formats
from console.state.forms import Formed
from console.state.transcript import TranscriptState


class TakeoverState(Formed, rx.State):
    """`held_by` is empty while the flow answers; `is_mine` where the one who looks does.

    What is typed stays until it was sent, as `num_sent` counts. `draft` is what the flow was about to say, `reply` what
    the entry begins with; `drawn` counts how often it was taken.
    """

    held_by: rx.Field[str] = rx.field("")
    since: rx.Field[str] = rx.field("")
    is_mine: rx.Field[bool] = rx.field(default=False)
    may_reply: rx.Field[bool] = rx.field(default=False)
    num_sent: rx.Field[int] = rx.field(0)
    draft: rx.Field[str] = rx.field("")
    is_under_way: rx.Field[bool] = rx.field(default=False)
    reply: rx.Field[str] = rx.field("")
    drawn: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Read who answers."""
        self.num_sent, self.errors, self.reply = 0, {}, ""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ))

    @rx.event(temporal=True)
    async def look(self) -> Any:
        """Read again who answers, and what was said meanwhile."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        before = self.held_by
        await self._read(operator)
        if before != self.held_by:
            return TranscriptState.refresh
        await (await self.get_state(TranscriptState))._follow(operator)
        return None

    async def _read(self, operator: Operator) -> None:
        shown = await self.get_state(TranscriptState)
        known = shown.phase == "ready" and shown.flow_href
        takeovers = services().takeovers
        held = await takeovers.holder(operator, shown.conversation_id) if known else None
        is_chat = known and (held is not None or await takeovers.is_chat(operator, shown.conversation_id))
        zone = await self._zone()
        self.held_by, self.is_mine = (held.held_by, held.held_by_id == operator.user_id) if held else ("", False)
        self.draft, self.is_under_way = (held.draft, held.is_under_way) if held else ("", False)
        if not self.is_mine:
            self.reply = ""
        self.since = formats.day(held.since, zone, formats.now()) if held else ""
        self.may_reply = bool(is_chat) and operator.may(Permission.CONVERSATIONS_REPLY)

    @rx.event
    async def take(self) -> None:
        """Let the flow pause, and answer in its place."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().takeovers.take(operator, (await self.get_state(TranscriptState)).conversation_id)
        await self._read(operator)

    @rx.event
    async def use_draft(self) -> None:
        """Put what the flow was about to say into the entry, to be changed or sent."""
        await self._operator(Permission.CONVERSATIONS_REPLY)
        self.reply, self.drawn = self.draft, self.drawn + 1

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Say it under one's own name."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        shown = await self.get_state(TranscriptState)
        async with self._checking(Conflict, at="text"):
            await services().takeovers.reply(operator, shown.conversation_id, str(form.get("text", "")))
            self.num_sent, self.draft, self.reply = self.num_sent + 1, "", ""
            return TranscriptState.show_end
        return None

    @rx.event
    async def hand_back(self) -> Any:
        """Let the flow answer again."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().takeovers.hand_back(operator, (await self.get_state(TranscriptState)).conversation_id)
        await self._read(operator)
        return TranscriptState.refresh
