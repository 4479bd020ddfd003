"""Cells are listed in pages."""

from __future__ import annotations

import pytest
from sqlmodel import select

from backend.errors import InvalidInput
from backend.experiments.models import ExperimentCellRow
from backend.experiments.repository import Ownership
from backend.experiments.types import CellStatus
from backend.paging import Page
from backend.ports.jobs import BY_ID
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


async def test_who_lost_an_attempt_names_no_run_of_a_later_one(lab: Lab) -> None:
    lab.fill(3)
    done = await lab.ran()
    async with lab.services.units.write(BY_ID) as work:
        ownership = Ownership(work.session)
        row = await ownership.row(done.id)
        assert row is not None
        statement = select(ExperimentCellRow).where(ExperimentCellRow.project_id == row.project_id)
        cells = (await work.session.exec(statement.where(ExperimentCellRow.experiment_id == row.id))).all()
        for one in (row, *cells):
            work.session.expunge(one)
        for cell in cells:
            cell.status = CellStatus.PENDING
        row.attempt -= 1
        await ownership.name_runs(row, cells)
    assert {cell.run_id for cell in await lab.cells(done)} == {""}, "it names no run of a later attempt"
    async with lab.services.units.write(BY_ID) as work:
        row.attempt += 1
        await Ownership(work.session).name_runs(row, cells)
    assert all(cell.run_id for cell in await lab.cells(done))
