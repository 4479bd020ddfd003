"""What is taken out of the log is offered back."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console import routes
from console.state.filtered import Filtered


class Deleted(Filtered, mixin=True):
    """`num_undo` counts the deletes: each has its own ten seconds."""

    undo: rx.Field[bool] = rx.field(default=False)
    undo_words: rx.Field[str] = rx.field("")
    num_undo: rx.Field[int] = rx.field(0)
    _deleted: tuple[str, ...] = ()

    async def _read_again(self, operator: Operator) -> None:
        """Draw what is left, as far down as was drawn."""
        raise NotImplementedError

    async def _offer_back(self, operator: Operator, conversation_ids: Sequence[str], words: str) -> None:
        self._deleted, self.undo, self.undo_words = tuple(conversation_ids), bool(conversation_ids), words
        self.num_undo += 1
        await self._read_again(operator)

    @rx.event
    async def delete(self, conversation_id: str) -> rx.event.EventSpec:
        """Take a conversation out of the list and offer it back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().conversations.delete(operator, conversation_id)
        await self._offer_back(operator, [conversation_id], "Conversation deleted")
        return rx.redirect(routes.CONVERSATIONS)

    @rx.event
    async def remove_examples(self) -> rx.event.EventSpec:
        """Take the conversations that came with the product out of the list and offer them back."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        gone = await services().conversations.delete_examples(operator)
        await self._offer_back(operator, gone, "Examples removed")
        return rx.redirect(routes.CONVERSATIONS)

    @rx.event
    async def take_back(self) -> rx.event.EventSpec | None:
        """Undo the last delete; what was alone in it is opened."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        if not self._deleted:
            return None
        await services().conversations.restore(operator, *self._deleted)
        back = routes.to(routes.CONVERSATION, self._deleted[0]) if len(self._deleted) == 1 else routes.CONVERSATIONS
        self._deleted, self.undo = (), False
        await self._read_again(operator)
        return rx.redirect(back)

    @rx.event
    async def dismiss(self) -> None:
        """Let the last delete stand."""
        await self._operator(Permission.CONVERSATIONS_READ)
        self._deleted, self.undo = (), False
