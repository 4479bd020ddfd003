"""Cells are listed in pages."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.paging import Page
from tests.backend.experiments.conftest import Lab


async def test_a_page_of_cells_goes_on_behind_a_number(lab: Lab) -> None:
    lab.fill(3)
    made = await lab.ran(concurrency=5)
    cells = await lab.cells(made)
    first = await lab.service.cells(lab.operator, made.id, Page(4))
    rest = await lab.service.cells(lab.operator, made.id, Page(4, first.next or ""))
    assert (len(cells), [*first.items, *rest.items]) == (6, cells)
    for after in ("²", "9" * 30, "x"):
        with pytest.raises(InvalidInput):
            await lab.service.cells(lab.operator, made.id, Page(4, after))
