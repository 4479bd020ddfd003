"""A row that goes with a person's data is asked and kept no more, whatever its experiment does meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.engine.asking import Asking
from backend.experiments.types import CellStatus, Status
from backend.privacy.repository.erasing import REMOVED, Erasing, Reached
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

    async def meanwhile(self: Asking, variant: Any, row: Any) -> Any:
        if not asked:
            await erase(lab, "item_1", "item_3")
        asked.append(row.id)
        return await answer(self, variant, row)

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
