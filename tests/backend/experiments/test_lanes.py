"""The way to one model: shut after failures, tried by one call at a time."""

from __future__ import annotations

import asyncio

import pytest

from backend.experiments.engine import lanes
from backend.experiments.engine.lanes import FAILURES_THAT_SHUT, Lane
from backend.ports.language_model import ModelFailed


class Model:
    """Counts how many calls are under way at once while the lane is shut."""

    def __init__(self, lane: Lane, *, failures: int) -> None:
        self.lane, self.failures = lane, failures
        self.num_asked = self.under_way = self.most = 0

    async def ask(self) -> str:
        self.num_asked += 1
        if not self.lane.is_shut:
            return self._answer()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.05)
        self.under_way -= 1
        return self._answer()

    def _answer(self) -> str:
        if self.num_asked <= self.failures:
            raise ModelFailed("It is busy.", reason="overloaded")
        return "yes"


@pytest.mark.parametrize("more", [0, 3])
async def test_a_way_that_is_shut_is_tried_by_one_call_at_a_time(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(lanes, "LONGEST_PAUSE_SECONDS", 0.001)
    lane = Lane()
    model = Model(lane, failures=FAILURES_THAT_SHUT + more)
    for _ in range(FAILURES_THAT_SHUT):
        with pytest.raises(ModelFailed):
            await lane.call(model.ask)
    assert lane.is_shut
    told = await asyncio.gather(*(lane.call(model.ask) for _ in range(8)), return_exceptions=True)
    assert [one for one in told if not isinstance(one, ModelFailed)] == [("yes", 1)] * (8 - more)
    assert model.most == 1
    assert not lane.is_shut
    assert model.num_asked == FAILURES_THAT_SHUT + 8
