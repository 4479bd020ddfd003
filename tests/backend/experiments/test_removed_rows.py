"""A row that goes with a person's data is asked and kept no more, whatever its experiment does meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from backend.experiments.engine import making
from backend.experiments.engine.asking import Asking
from backend.experiments.engine.making import Making
from backend.experiments.errors import AttemptLost
from backend.experiments.models import REMOVED
from backend.experiments.types import CellStatus, Status
from backend.privacy.repository.erasing import Erasing, Reached
from tests.backend.experiments.conftest import Lab, prompt


async def erase(lab: Lab, *item_ids: str) -> None:
    async with lab.services.units.write(lab.operator) as work:
        await Erasing(work.session, lab.operator.project_id).remove(Reached((), (), item_ids))
    lab.rows = [row for row in lab.rows if row.id not in item_ids]


async def test_an_answer_under_way_is_not_kept_and_what_waits_is_not_asked(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(3)
    made = await lab.started(concurrency=1)
    answer, asked = Asking.answer, list[str]()

    async def meanwhile(self: Asking, variant: Any, row: Any, into: Any) -> None:
        if not asked:
            await erase(lab, "item_1", "item_3")
        asked.append(row.id)
        await answer(self, variant, row, into)

    monkeypatch.setattr(Asking, "answer", meanwhile)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, done.progress.num_skipped) == (Status.DONE, 2, 4)
    assert "item_3" not in asked
    gone = [cell for cell in await lab.cells(done) if cell.row != 2]
    assert {(cell.status, cell.output, cell.error) for cell in gone} == {(CellStatus.SKIPPED, "", REMOVED)}
    assert not any(cell.scores for cell in gone)


async def test_what_is_left_is_asked_where_rows_went_before_it_began_or_was_retried(lab: Lab) -> None:
    lab.fill(4)
    made = await lab.started(prompt("old", "{{ weak }}", "400"), prompt("new", "{{ good }}"))
    await erase(lab, "item_1")
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, done.progress.num_failed) == (Status.DONE, 3, 3)
    await erase(lab, "item_3")
    await lab.service.retry(lab.operator, made.id)
    await lab.executor.execute(made.id)
    again = await lab.service.get(lab.operator, made.id)
    assert (again.status, again.progress.num_failed, again.progress.num_skipped) == (Status.DONE, 2, 1)
    assert again.progress.num_in_vain == 2  # they are gone for good


async def test_rows_that_go_while_cells_are_made_shift_no_other(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "AT_ONCE", 4)  # cells of two rows
    lab.fill(7)
    made, opened, num = await lab.started(), Making._rows, 0

    async def rows(self: Making) -> Any:
        nonlocal num
        found, num = await opened(self), num + 1
        if num == 2:
            await erase(lab, "item_1")  # its cells stand
            raise AttemptLost("the process ends here")
        if num == 3:
            await erase(lab, "item_4")  # its cells are about to be written
        return found

    monkeypatch.setattr(Making, "_rows", rows)
    for _ in range(2):
        await lab.executor.execute(made.id)
    cells = await lab.cells(await lab.service.get(lab.operator, made.id))
    assert [cell.number for cell in cells] == [*range(14)]
    assert Counter(cell.row for cell in cells) == dict.fromkeys(range(1, 8), 2)
    assert {cell.row for cell in cells if cell.status is CellStatus.SKIPPED} == {1, 4}
    assert {cell.status for cell in cells if cell.row not in (1, 4)} == {CellStatus.DONE}
