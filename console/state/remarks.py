"""What people note on the open conversation for one another: tags and comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Comment, Conversation, Rating
from backend.errors import Conflict
from backend.operator import Operator, Permission
from console import routes
from console.problems import caught
from console.state import formats
from console.state.conversations import ConversationsState
from console.state.forms import Formed

MAX_TYPED, MOST_TYPED = 2_000, 20


@dataclass(frozen=True)
class CommentLine:
    """A comment; `about` is the id of the message that it is on, `mine` where the one who looks wrote it."""

    id: str
    author: str
    text: str
    when: str
    when_exact: str
    about: str
    mine: bool
    href: str


class RemarksState(Formed, rx.State):
    """`about` is the message that the next comment is on, empty for the whole conversation.

    `unsent` is what was typed there before and is not sent: of each conversation it stays until it is.
    """

    conversation_id: rx.Field[str] = rx.field("")
    tags: rx.Field[list[str]] = rx.field(default_factory=list)
    comments: rx.Field[list[CommentLine]] = rx.field(default_factory=list)
    about: rx.Field[str] = rx.field("")
    opened: rx.Field[bool] = rx.field(default=False)
    may_remark: rx.Field[bool] = rx.field(default=False)
    num_sent: rx.Field[int] = rx.field(0)
    unsent: rx.Field[str] = rx.field("")
    _sent: str = ""
    _typed: dict[str, tuple[str, str]] = {}  # noqa: RUF012  # about and text by conversation; the framework copies it
    rating: rx.Field[str] = rx.field("")

    async def _show(self, operator: Operator, conversation: Conversation) -> None:
        """Draw what was noted on a conversation; of another one than before, fold the comments away."""
        if conversation.id != self.conversation_id:
            self.conversation_id, self.errors = conversation.id, {}
            self.about, self.unsent = self._typed.get(conversation.id, ("", ""))
            self.opened = self.unsent != ""
        self.rating = conversation.rating.value
        self.tags, self.may_remark = list(conversation.tags), operator.may(Permission.CONVERSATIONS_REPLY)
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        zone, now = await self._zone(), formats.now()

        def line(one: Comment) -> CommentLine:
            return CommentLine(
                id=one.id,
                author=one.author,
                text=one.text,
                when=formats.day(one.created_at, zone, now),
                when_exact=formats.exact(one.created_at, zone),
                about=one.message_id,
                mine=one.author_id == operator.user_id,
                href=routes.message(one.conversation_id, one.message_id),
            )

        self.comments = [line(one) for one in await services().conversations.comments(operator, self.conversation_id)]

    @rx.event
    async def handle(self) -> None:
        """Say that what was found not helpful was seen to, or that it is open again."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        handled = self.rating == Rating.DOWN
        with caught(Conflict) as refusal:  # it was taken back meanwhile
            await services().conversations.handle(operator, self.conversation_id, handled=handled)
        if not refusal.problem:
            self.rating = (Rating.HANDLED if handled else Rating.DOWN).value
        await self._read(operator)
        await (await self.get_state(ConversationsState))._count(operator)

    @rx.event
    async def add_tag(self, form: dict[str, Any]) -> None:
        """Tag the conversation."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        async with self._checking():
            tag = str(form.get("tag", ""))
            self.tags = list(await services().conversations.add_tag(operator, self.conversation_id, tag))
            self.num_sent += 1
            await (await self.get_state(ConversationsState))._count(operator)

    @rx.event
    async def remove_tag(self, tag: str) -> None:
        """Take a tag away."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        self.tags = list(await services().conversations.remove_tag(operator, self.conversation_id, tag))
        await (await self.get_state(ConversationsState))._count(operator)

    @rx.event
    async def toggle(self) -> None:
        """Open the comments, or fold them away."""
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self.opened, self.about = not self.opened, ""
        if self.opened:
            await self._read(operator)

    @rx.event
    async def comment_on(self, message_id: str) -> None:
        """Open the comments to write one on a message; the same message again means the whole conversation."""
        await self._operator(Permission.CONVERSATIONS_REPLY)
        self.opened, self.about = True, message_id if self.about != message_id else ""

    @rx.event
    async def keep(self, text: str) -> None:
        """Keep what is typed: it is there again when the conversation is."""
        await self._operator(Permission.CONVERSATIONS_REPLY)
        if text == self._sent:  # typed just before it was sent, and told behind that
            return
        others = {one: typed for one, typed in self._typed.items() if one != self.conversation_id}
        typed = {self.conversation_id: (self.about, text[:MAX_TYPED])} if text.strip() else {}
        self._typed = dict([*others.items(), *typed.items()][-MOST_TYPED:])

    @rx.event
    async def send(self, form: dict[str, Any]) -> None:
        """Write the comment."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        async with self._checking():
            text = str(form.get("text", ""))
            await services().conversations.add_comment(operator, self.conversation_id, text, self.about)
            self._typed = {one: typed for one, typed in self._typed.items() if one != self.conversation_id}
            self.about, self.unsent, self._sent = "", "", text
            self.num_sent += 1
            await self._read(operator)

    @rx.event
    async def delete(self, comment_id: str) -> None:
        """Delete one's own comment."""
        operator = await self._operator(Permission.CONVERSATIONS_REPLY)
        await services().conversations.delete_comment(operator, comment_id)
        await self._read(operator)
