"""Saved views of the log: filters and columns under a name, for everybody in the project."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.remark_types import MAX_VIEW_NAME
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console import toasts
from console.state.conversations import ConversationsState
from console.state.forms import Choice, Formed
from console.state.naming import copy_name


class ConversationViewsState(Formed, rx.State):
    """`name` is the view that was chosen last: saving offers it again. Only what was shown is saved over.

    `num_undo` counts the deletes: each has its own ten seconds.
    """

    views: rx.Field[list[Choice]] = rx.field(default_factory=list)
    name: rx.Field[str] = rx.field("")
    opened: rx.Field[bool] = rx.field(default=False)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    _versions: dict[str, int] = {}  # noqa: RUF012  # by name, as they were read; the framework copies it
    _gone: tuple[str, str] = ("", "")  # its name, and its query as JSON: the framework would wrap an object

    @rx.event
    async def load(self) -> None:
        """Read the views of the project."""
        await self._read(await self._operator(Permission.CONVERSATIONS_READ))

    @rx.event
    async def choose(self, view_id: str) -> rx.event.EventSpec | None:
        """Put the filters and columns of a view in place of those that stand."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        found = next((one for one in await services().conversations.views(operator) if one.id == view_id), None)
        if found is None:
            return None
        self.name, shown = found.name, await self.get_state(ConversationsState)
        await shown._show_view(operator, found.query)
        return shown._at_address()

    @rx.event
    async def open(self) -> None:
        """Ask for the name under which to save."""
        await self._operator(Permission.CONVERSATIONS_REPLY)
        self.errors, self.opened = {}, True

    @rx.event
    async def close(self) -> None:
        await self._operator(Permission.CONVERSATIONS_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Keep what stands under the name; what stood under it is replaced, unless somebody saved it since."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        query = (await self.get_state(ConversationsState))._view(await self._zone())
        typed = str(form.get("name", ""))
        async with self._checking(Conflict, at="name"):
            version = self._versions.get(" ".join(typed.split()), 0)
            self.name = (await services().conversations.save_view(operator, typed, query, version)).name
            self.opened = False
            await self._read(operator)
            return toasts.say(f"“{self.name}” is saved for everybody in the project.")
        await self._read(operator)  # who saves again has been told what stands there
        return None

    @rx.event
    async def remove(self, view_id: str) -> None:
        """Take a view away and offer it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        found = next((one for one in await services().conversations.views(operator) if one.id == view_id), None)
        await services().conversations.delete_view(operator, view_id)
        if found:
            self._gone = found.name, json.dumps(found.query)
            self.undo_words, self.num_undo = f"View \u201c{found.name}\u201d deleted", self.num_undo + 1
        await self._read(operator)

    @rx.event
    async def take_back(self) -> rx.event.EventSpec | None:
        """Undo the last delete; where its name is taken by now, beside what stands there."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        name, query = self._gone
        self._gone, self.undo_words = ("", ""), ""
        taken = {one.name for one in await services().conversations.views(operator)}
        free = copy_name(name, taken, MAX_VIEW_NAME) if name in taken else name
        if name:
            await services().conversations.save_view(operator, free, json.loads(query))
        await self._read(operator)
        return None if free == name else toasts.say(f"“{name}” is taken by now.", f"The view is back as “{free}”.")

    @rx.event
    async def dismiss(self) -> None:
        """Let the last delete stand."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self._gone, self.undo_words = ("", ""), ""

    async def _read(self, operator: Operator) -> None:
        views = await services().conversations.views(operator)
        self.views, self._versions = (
            [Choice(one.id, one.name) for one in views],
            {one.name: one.version for one in views},
        )
