"""The moves that every dialog shares which makes a row of a dataset from what a model answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.datasets.types import KeyFit
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted, listed
from console.state.forms import Choice, Formed
from console.toasts import say

NEW = Choice("", "A new dataset")


class RowPicking(Formed, mixin=True):
    """`question` and `answer` are what the row is made of; `shown` changes with each opening.

    `chosen` is empty for a new dataset. `bad` is an answer that somebody marked as not helpful,
    `blame` why. `earlier` says what was said before, `known` that it is a row already, `fit` how its keys differ
    from those of the other rows, and which row has its input.
    """

    opened: rx.Field[bool] = rx.field(False)
    datasets: rx.Field[list[Choice]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    new_name: rx.Field[str] = rx.field("")
    question: rx.Field[str] = rx.field("")
    answer: rx.Field[str] = rx.field("")
    bad: rx.Field[str] = rx.field("")
    blame: rx.Field[str] = rx.field("")
    earlier: rx.Field[str] = rx.field("")
    known: rx.Field[str] = rx.field("")
    shown: rx.Field[int] = rx.field(0)
    fit: rx.Field[str] = rx.field("")

    async def _show(self, operator: Operator, question: str, answer: str, *, named: str, chosen: str = "") -> None:
        """Open the form with the datasets that the row may go into, the newest 500, and `named` for a new one.

        Chosen is first `chosen`, then what was chosen before, then the one that is called `named`, else a new one.
        """
        listed = await services().datasets.list(operator, Page(MAX_LIMIT))
        there = [Choice(one.id, f"{one.name}, {counted(one.num_items, 'row')}") for one in listed.items]
        self.datasets = [*there, NEW]
        ids = {one.value for one in there}
        same = next((one.id for one in listed.items if one.name == named), NEW.value)
        self.chosen = next((one for one in (chosen, self.chosen) if one in ids), same)
        self.new_name, self.question, self.answer = named, question, answer
        self.errors, self.opened = {}, True
        self.shown += 1
        await self._say_fit(operator)

    async def _say_fit(self, operator: Operator) -> None:
        fit = await self._fit(operator, self.chosen) if self.chosen else KeyFit()
        # What is a row already is changed there, and no second one is made.
        self.fit = fit_words(replace(fit, row=0) if self.known else fit)

    async def _fit(self, operator: Operator, dataset_id: str) -> KeyFit:
        """Compare the keys that the row would have with those of the rows that are there."""
        raise NotImplementedError

    @rx.event
    async def choose(self, dataset_id: str) -> None:
        """Take the dataset that the row is to go into, empty for a new one."""
        operator = await self._operator(Permission.DATASETS_EDIT)
        self.chosen = dataset_id
        await self._say_fit(operator)

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.DATASETS_READ)
        self.opened = False

    def _added(self, row: int, name: str, version: int) -> Any:
        """Close the form and say where the row is."""
        self.opened = False
        return say(f"Row {row:04} is in {name}.", f"It is version {version}.")


def fit_words(fit: KeyFit) -> str:
    """Say in which row the input stands already, which keys it lacks, and which no other row has; empty if it fits."""
    twice = f"This input stands in row {fit.row:04} already." if fit.row else ""
    lacks = f"The other rows have {listed(fit.missing)}, which this one lacks." if fit.missing else ""
    alone = f"No other row has {listed(fit.unknown)}." if fit.unknown else ""
    return " ".join(filter(None, (twice, lacks, alone)))


def expected_in(form: dict[str, Any]) -> str | None:
    """Return what should have been said, None where nothing certain is expected."""
    return str(form.get("expected", "")).strip() or None


def split_in(form: dict[str, Any]) -> str:
    return str(form.get("split", "")).strip()
