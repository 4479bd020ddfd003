"""Give one tag to all conversations that are selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.remark_types import Tagged
from backend.operator import Operator, Permission
from console import toasts
from console.state.conversations import ConversationsState
from console.state.formats import counted
from console.state.forms import Formed
from console.state.queue_pick import QueuePickState
from console.state.transcript import TranscriptState


class TagPickState(Formed, rx.State):
    """`num_undo` counts the acts: each has its own ten seconds."""

    opened: rx.Field[bool] = rx.field(default=False)
    shown: rx.Field[int] = rx.field(0)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    _tagged: tuple[str, ...] = ()  # the tag, then who got it

    @rx.event
    async def open(self) -> None:
        """Ask for the tag."""
        await self._operator(Permission.CONVERSATIONS_REPLY)
        self.errors, self.opened, self.shown = {}, True, self.shown + 1

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = False

    @rx.event
    async def add(self, form: dict[str, Any]) -> Any:
        """Tag what is selected, say how many got it, and offer it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        pick = await self.get_state(QueuePickState)
        async with self._checking(at="tag"):
            tagged = await services().conversations.tag_some(operator, pick.selected, str(form.get("tag", "")))
            self.opened, pick.selected = False, []
            if not tagged.added:
                return toasts.say("No conversation was tagged.", left_words(tagged))
            self._tagged, self.num_undo = (tagged.tag, *tagged.added), self.num_undo + 1
            got = f"{counted(len(tagged.added), 'conversation')} tagged \u201c{tagged.tag}\u201d"
            self.undo_words = f"{got}. {left_words(tagged)}".strip(". ")
            return await self._draw(operator, tagged.added)
        return None

    @rx.event
    async def take_back(self) -> Any:
        """Take the tag away again from those that got it."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        if not self._tagged:
            return None
        tag, *conversation_ids = self._tagged
        await services().conversations.untag_some(operator, conversation_ids, tag)
        self._tagged, self.undo_words = (), ""
        return await self._draw(operator, conversation_ids)

    @rx.event
    async def dismiss(self) -> None:
        """Let the tag stand."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self._tagged, self.undo_words = (), ""

    async def _draw(self, operator: Operator, conversation_ids: Sequence[str]) -> Any:
        """Draw the list as it is now, and the transcript where it is one of these."""
        await (await self.get_state(ConversationsState))._read_again(operator)
        is_open = (await self.get_state(TranscriptState)).conversation_id in conversation_ids
        return TranscriptState.refresh if is_open else None


def left_words(tagged: Tagged) -> str:
    """Say why conversations did not get the tag; nothing where all did."""
    had = f"{counted(len(tagged.had), 'conversation')} had it already." if tagged.had else ""
    full = f"{counted(len(tagged.full), 'conversation')} can take no more tags." if tagged.full else ""
    return f"{had} {full}".strip()
