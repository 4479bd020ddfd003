"""From a turn of a conversation to a row of a dataset, with the answer that should have been given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Message, Role, Transcript
from backend.datasets.types import NewItem, Source, SourceKind
from backend.errors import NotFound
from backend.operator import Permission
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted
from console.state.forms import Formed
from console.state.transcript import TranscriptState
from console.toasts import say


@dataclass(frozen=True)
class DatasetChoice:
    """A dataset to pick."""

    value: str
    label: str


class DatasetPickState(Formed, rx.State):
    """`message_id` is the answer that the row is made of."""

    opened: rx.Field[bool] = rx.field(False)
    datasets: rx.Field[list[DatasetChoice]] = rx.field(default_factory=list)
    message_id: rx.Field[str] = rx.field("")
    question: rx.Field[str] = rx.field("")
    answer: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self, message_id: str) -> None:
        """Show the turn, and the datasets that it may go into."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        shown = await self.get_state(TranscriptState)
        transcript = await services().conversations.transcript(operator, shown.conversation_id)
        question, answer = turn_of(transcript, message_id)
        listed = await services().datasets.list(operator, Page(MAX_LIMIT))
        self.datasets = [DatasetChoice(one.id, f"{one.name}, {counted(one.num_items, 'row')}") for one in listed.items]
        self.message_id, self.question, self.answer = message_id, question.text, answer.text
        self.errors, self.opened = {}, True

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Add the row; its question is read from the log again."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        shown = await self.get_state(TranscriptState)
        datasets, dataset_id = services().datasets, str(form.get("dataset_id", ""))
        transcript = await services().conversations.transcript(operator, shown.conversation_id)
        question, answer = turn_of(transcript, self.message_id)
        async with self._checking():
            row = NewItem(
                {await datasets.main_field(operator, dataset_id): question.text},
                str(form.get("expected", "")).strip() or None,
                {"conversation": answer.conversation_id, "run": answer.run_id},
                str(form.get("split", "")).strip(),
            )
            source = Source(SourceKind.LOG, question.author, answer.id)
            written = await datasets.add_items(operator, dataset_id, [row], source)
            self.opened = False
            name = (await datasets.get(operator, dataset_id)).name
            return say(f"Row {written.rows[0]:04} is in {name}.", f"It is version {written.version}.")
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
