"""A comparison that was made is told again without reading a cell, until an answer or a score changes."""

from __future__ import annotations

from typing import Any

import pytest

from backend.experiments.remembered import MOST, Remembered
from backend.experiments.repository import Cells
from tests.backend.experiments.conftest import Lab


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note of which experiments all cells are read."""
    noted, numbers = list[str](), Cells.numbers

    async def watched(self: Cells, experiment_id: str) -> Any:
        noted.append(experiment_id)
        return await numbers(self, experiment_id)

    monkeypatch.setattr(Cells, "numbers", watched)
    return noted


async def test_what_was_compared_is_not_read_again_until_something_changed(lab: Lab, read: list[str]) -> None:
    lab.fill(4, wrong=(2,))
    done = await lab.ran(evaluators=({"kind": "exact"}, {"kind": "human", "name": "Helpful"}))
    first = await lab.service.comparison(lab.operator, done.id)
    read.clear()
    assert await lab.service.comparison(lab.operator, done.id) == first
    assert read == []
    other = await lab.service.comparison(lab.operator, done.id, "new")
    assert (other.baseline, len(read)) == ("new", 1)
    apart = await lab.service.comparison(lab.operator, done.id, metrics=("exact",))
    assert ({one.metric for one in apart.metrics} - {"exact"}, len(read)) != (set(), 1)
    (cell, *_) = await lab.cells(done)
    await lab.service.review(lab.operator, done.id, cell.number, "Helpful", value=1)
    read.clear()
    await lab.service.comparison(lab.operator, done.id)
    assert read == [done.id], "a score changed what it rests on"


async def test_what_still_runs_is_read_each_time(lab: Lab, read: list[str]) -> None:
    lab.fill(2)
    made = await lab.started()
    for _ in range(2):
        await lab.service.comparison(lab.operator, made.id)
    assert read == [made.id] * 2


async def test_the_least_recently_asked_is_forgotten_first(lab: Lab) -> None:
    lab.fill(1)
    said = await lab.service.comparison(lab.operator, (await lab.ran()).id)
    kept = Remembered()
    for number in range(MOST):
        kept.keep("exp_1", str(number), "", said)
    assert kept.find("exp_1", "0", "") is said
    kept.keep("exp_1", "", "", said)
    kept.keep("exp_2", "new", "", said)
    assert [kept.find("exp_1", one, "") for one in ("", "1")] == [None, None]
    assert kept.find("exp_1", "0", "") is kept.find("exp_2", "new", "") is said
