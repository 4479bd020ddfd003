"""Fill the playground's values from a row of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.datasets.types import Item, SourceKind
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted
from console.state.forms import Choice, Formed
from console.state.prompt_play import PromptPlayState
from console.state.prompt_play_row import SAID_AS
from console.state.prompt_play_rows import SAID, ValueLine, as_typed

MAX_DIGITS = 9


class PromptPlayLoadState(Formed, rx.State):
    """`shown` changes with each opening."""

    opened: rx.Field[bool] = rx.field(False)
    datasets: rx.Field[list[Choice]] = rx.field(default_factory=list)
    shown: rx.Field[int] = rx.field(0)

    @rx.event
    async def ask(self) -> None:
        """Offer the newest 500 datasets."""
        operator = await self._operator(Permission.DATASETS_READ)
        listed = await services().datasets.list(operator, Page(MAX_LIMIT))
        self.datasets = [Choice(one.id, f"{one.name}, {counted(one.num_items, 'row')}") for one in listed.items]
        self.errors, self.opened = {}, True
        self.shown += 1

    @rx.event
    async def close(self) -> None:
        """Leave the values as they are."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    @rx.event
    async def send(self, form: dict[str, Any]) -> None:
        """Put the row's input into the values; what it does not name stays."""
        operator = await self._operator(Permission.DATASETS_READ)
        play = await self.get_state(PromptPlayState)
        async with self._checking():
            row = await _row(operator, str(form.get("dataset_id", "")), str(form.get("row", "")).strip())
            play.values = {**play.values, **values_in(row.input, play.needs)}
            if (origin := _origin_of(row)) not in {"", play._prompt}:
                play._origin = origin
            play.errors, play.revision = {}, play.revision + 1
            self.opened = False


async def _row(operator: Operator, dataset_id: str, written: str) -> Item:
    """Return the row of this number. Raise InvalidInput."""
    is_number = written.isascii() and written.isdigit() and len(written) <= MAX_DIGITS
    number = int(written) if is_number else 0
    page = Page(1, str(number - 1) if number > 1 else "")
    found = (await services().datasets.items(operator, dataset_id, page=page)).items if number else []
    if not found or found[0].row != number:
        words = f"There is no row {written}." if written else "Which row?"
        raise InvalidInput(words, fields={"row": words})
    return found[0]


def _origin_of(row: Item) -> str:
    """Return by what is found whose words a row holds; one that a model wrote may hold those of several."""
    return row.id if row.source.kind is SourceKind.GENERATED else row.source.reference


def values_in(given: Mapping[str, Any], needs: Sequence[ValueLine]) -> dict[str, str]:
    """Return a row's input as somebody would type it; its question is said to a text that does not read it."""
    needed = {one.name for one in needs}
    found = {name: as_typed(value) for name, value in given.items() if name in needed}
    if SAID in needed and SAID_AS in given and SAID_AS not in needed:
        found[SAID] = as_typed(given[SAID_AS])
    return found
