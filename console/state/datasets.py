"""The list of datasets."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import Page
from console.state.datasets_rows import DatasetLine, dataset_line
from console.state.formats import counted, now
from console.state.seat import Phased


class DatasetsState(Phased, rx.State):
    """`num_clears` rises when the server empties the filter."""

    rows: rx.Field[list[DatasetLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    num_clears: rx.Field[int] = rx.field(0)
    has_more: rx.Field[bool] = rx.field(default=False)
    may_edit: rx.Field[bool] = rx.field(False)
    _after: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the datasets of the project, without a filter."""
        operator = await self._operator(Permission.DATASETS_READ)
        self.text, self.num_clears = "", self.num_clears + 1
        await self._read(operator)

    @rx.event
    async def filter(self, text: str) -> None:
        """Show those whose name holds the text."""
        operator = await self._operator(Permission.DATASETS_READ)
        self.text = text
        await self._read(operator)

    @rx.event
    async def more(self) -> None:
        """Add the next page below."""
        await self._read(await self._operator(Permission.DATASETS_READ), self._after)

    async def _read(self, operator: Operator, after: str = "") -> None:
        async with self._loading():
            self.may_edit = operator.may(Permission.DATASETS_EDIT)
            listed = await services().datasets.list(operator, Page(after=after), self.text)
            zone, moment = await self._zone(), now()
            lines = [dataset_line(dataset, zone, moment) for dataset in listed.items]
            self.rows = [*self.rows, *lines] if after else lines
            self._after, self.has_more = listed.next or "", listed.next is not None
            shown = counted(len(self.rows), "dataset")
            self.total = f"The newest {shown}" if self.has_more else shown
            self.phase = "ready" if self.rows or self.text else "empty"
