"""From a turn of a conversation to a row of a dataset, with the answer that should have been given."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Message, Role, Transcript
from backend.datasets.types import Source, SourceKind
from backend.errors import NotFound
from backend.operator import Permission
from console.state.row_picking import RowPicking


class DatasetPickState(RowPicking, rx.State):
    """`message_id` is the answer that the row is made of."""

    message_id: rx.Field[str] = rx.field("")
    conversation_id: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self, conversation_id: str, message_id: str) -> None:
        """Show the turn, and the datasets that it may go into."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        transcript = await services().conversations.transcript(operator, conversation_id)
        question, answer = turn_of(transcript, message_id)
        self.conversation_id, self.message_id = conversation_id, message_id
        await self._show(operator, question.text, answer.text)

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Add the row; its question is read from the log again."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        transcript = await services().conversations.transcript(operator, self.conversation_id)
        question, answer = turn_of(transcript, self.message_id)
        async with self._checking():
            field = await services().datasets.main_field(operator, str(form.get("dataset_id", "")))
            metadata = {"conversation": answer.conversation_id, "run": answer.run_id}
            source = Source(SourceKind.LOG, question.author, answer.id)
            return await self._add(operator, form, {field: question.text}, metadata, source)
        return None


def turn_of(transcript: Transcript, message_id: str) -> tuple[Message, Message]:
    """Return the question and the answer of a turn. Raise NotFound."""
    question: Message | None = None
    for message in transcript.messages:
        if message.role is Role.USER:
            question = message
        elif message.id == message_id and question is not None:
            return question, message
    raise NotFound("There is no such answer.")
