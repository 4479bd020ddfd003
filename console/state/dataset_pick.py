"""From a turn of a conversation to a row of a dataset, with the answer that should have been given."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.conversations.types import Rating
from backend.datasets.types import KeyFit
from backend.operator import Operator, Permission
from backend.turns.types import NewTest
from console.state.formats import counted
from console.state.row_picking import RowPicking, expected_in, split_in
from console.state.transcript import TranscriptState


class DatasetPickState(RowPicking, rx.State):
    """`message_id` is the answer that the row is made of."""

    message_id: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self, message_id: str) -> None:
        """Show the turn, and the datasets that it may go into; the row that it is already stands first."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        turns = services().turns
        turn = await turns.turn(operator, message_id)
        there = next(iter(await turns.tests(operator, [message_id])), None)
        self.message_id = message_id
        self.earlier = f"With the {counted(len(turn.history), 'message')} before it" if turn.history else ""
        found = turn.answer.feedback
        is_bad = found is not None and found.rating is Rating.DOWN and there is None
        self.bad = turn.answer.text if is_bad else ""
        self.blame = found.comment if found is not None and is_bad else ""
        self.known = f"It is row {there.row:04} of {there.dataset_name}: that row is changed." if there else ""
        expected = there.expected_output if there else None
        # What was marked as bad is not offered as what should be said.
        answer = expected if isinstance(expected, str) else "" if is_bad else turn.answer.text
        named, chosen = f"{turn.conversation.flow_name} tests", there.dataset_id if there else ""
        await self._show(operator, turn.question.text, answer, named=named, chosen=chosen)

    async def _fit(self, operator: Operator, dataset_id: str) -> KeyFit:
        return await services().turns.fit(operator, self.message_id, dataset_id)

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the row; what it is given is read from the log again."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        async with self._checking():
            wish = NewTest(
                expected_in(form),
                self.chosen,
                str(form.get("name", "")),
                split_in(form),
                with_history=bool(form.get("with_history")),
            )
            kept = await services().turns.keep(operator, self.message_id, wish)
            await (await self.get_state(TranscriptState))._show_tests(operator)
            return self._added(kept.row, kept.dataset_name, kept.version)
        return None
