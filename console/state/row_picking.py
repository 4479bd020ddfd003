"""The moves that every dialog shares which makes a row of a dataset from what a model answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.datasets.types import NewItem, Source
from backend.operator import Operator
from backend.paging import MAX_LIMIT, Page
from console.state.formats import counted
from console.state.forms import Choice, Formed
from console.toasts import say


class RowPicking(Formed, mixin=True):
    """`question` and `answer` are what the row is made of; `shown` changes with each opening."""

    opened: rx.Field[bool] = rx.field(False)
    datasets: rx.Field[list[Choice]] = rx.field(default_factory=list)
    question: rx.Field[str] = rx.field("")
    answer: rx.Field[str] = rx.field("")
    shown: rx.Field[int] = rx.field(0)

    async def _show(self, operator: Operator, question: str, answer: str) -> None:
        """Open the form with the datasets that the row may go into: the newest 500."""
        listed = await services().datasets.list(operator, Page(MAX_LIMIT))
        self.datasets = [Choice(one.id, f"{one.name}, {counted(one.num_items, 'row')}") for one in listed.items]
        self.question, self.answer = question, answer
        self.errors, self.opened = {}, True
        self.shown += 1

    async def _add(
        self,
        operator: Operator,
        form: dict[str, Any],
        given: Mapping[str, Any],
        metadata: dict[str, str],
        source: Source,
    ) -> Any:
        """Add the row, with what should have been said, and close the form. Raise InvalidInput."""
        datasets, dataset_id = services().datasets, str(form.get("dataset_id", ""))
        expected = str(form.get("expected", "")).strip() or None
        row = NewItem(given, expected, metadata, str(form.get("split", "")).strip())
        written = await datasets.add_items(operator, dataset_id, [row], source)
        self.opened = False
        name = (await datasets.get(operator, dataset_id)).name
        return say(f"Row {written.rows[0]:04} is in {name}.", f"It is version {written.version}.")
