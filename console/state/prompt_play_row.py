"""From a column of the playground to a row of a dataset."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from backend.datasets.types import Source, SourceKind
from backend.operator import Permission
from backend.prompts.types import Values
from console.state.prompt import PromptState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_rows import values_of
from console.state.row_picking import RowPicking

# What experiments ask a text prompt where the row has no other question.
SAID_AS = "question"


class PromptPlayRowState(RowPicking, rx.State):
    """The row's input are the values as they stand when it is saved."""

    @rx.event
    async def open(self, letter: str) -> None:
        """Show the values and the answer of a column, and the datasets that they may go into."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        play = await self.get_state(PromptPlayState)
        column = next(one for one in play.columns if one.letter == letter)
        given = row_input(values_of(play.needs, play.values))
        await self._show(operator, json.dumps(given, ensure_ascii=False, indent=2), column.value or column.text)

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Add the row."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        play, page = await self.get_state(PromptPlayState), await self.get_state(PromptState)
        async with self._checking():
            given = row_input(values_of(play.needs, play.values))
            source = Source(SourceKind.PLAYGROUND, page.name, page.id)
            return await self._add(operator, form, given, {}, source)
        return None


def row_input(values: Values) -> dict[str, Any]:
    """Return what filled the prompt, as a row that fills it again."""
    said = {SAID_AS: values.message} if values.message.strip() and SAID_AS not in values.variables else {}
    return {**values.variables, **values.placeholders, **said}
