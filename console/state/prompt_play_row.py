"""From a column of the playground to a row of a dataset."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.datasets.types import KeyFit, NewItem, Source, SourceKind
from backend.operator import Operator, Permission
from backend.prompts.types import Values
from console.state.prompt import PromptState
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_rows import values_of
from console.state.row_picking import RowPicking, expected_in, split_in

# What experiments ask a text prompt where the row has no other question.
SAID_AS = "question"


class PromptPlayRowState(RowPicking, rx.State):
    """The row's input are the values as they stand when it is saved."""

    @rx.event
    async def open(self, letter: str) -> None:
        """Show the values and the answer of a column, and the datasets that they may go into."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        play = await self.get_state(PromptPlayState)
        column = next((one for one in play.columns if one.letter == letter), None)
        if column is None:
            return
        given = row_input(values_of(play.needs, play.values))
        page = await self.get_state(PromptState)
        shown = json.dumps(given, ensure_ascii=False, indent=2)
        await self._show(operator, shown, column.value or column.text, named=f"{page.name} rows")

    async def _fit(self, operator: Operator, dataset_id: str) -> KeyFit:
        play = await self.get_state(PromptPlayState)
        return await services().datasets.key_fit(operator, dataset_id, row_input(values_of(play.needs, play.values)))

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Add the row."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        play, page = await self.get_state(PromptPlayState), await self.get_state(PromptState)
        async with self._checking():
            given = row_input(values_of(play.needs, play.values))
            datasets, source = services().datasets, Source(SourceKind.PLAYGROUND, page.name, play._origin or page.id)
            row, name = NewItem(given, expected_in(form), {}, split_in(form)), str(form.get("name", ""))
            kept = await datasets.keep_item(operator, self.chosen, row, source, named=name)
            return self._added(kept.row, kept.dataset_name, kept.version)
        return None


def row_input(values: Values) -> dict[str, Any]:
    """Return what filled the prompt, as a row that fills it again."""
    said = {SAID_AS: values.message} if values.message.strip() and SAID_AS not in values.variables else {}
    return {**values.variables, **values.placeholders, **said}
