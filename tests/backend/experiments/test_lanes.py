"""The way to one model: shut after failures, tried by one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from backend.columns import utc_now
from backend.experiments.engine import lanes, places
from backend.experiments.engine.lanes import FAILURES_THAT_SHUT, Lane, LaneGivenUp, LaneResting, TurnGivenBack
from backend.ports.language_model import FailureReason, ModelFailed


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


class Clock:
    """Stands still until a test moves it."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def refused(lane: Lane, reason: FailureReason = "overloaded") -> BaseException:
    async def ask() -> None:
        await asyncio.sleep(0)
        raise ModelFailed("No.", reason=reason)

    return (await asyncio.gather(lane.call(ask), return_exceptions=True))[0]  # type: ignore[return-value]


async def answered(lane: Lane) -> None:
    await lane.call(lambda: asyncio.sleep(0))


async def test_a_burst_of_calls_that_fail_together_shuts_the_way_as_five_do() -> None:
    clock = Clock()
    lane = Lane(clock)
    await asyncio.gather(*(refused(lane) for _ in range(20)))
    assert lane.is_shut
    assert lane._shut_until - clock.now <= 16  # of twenty doublings it was the longest pause


async def test_a_refusal_long_after_the_last_begins_the_ten_minutes_anew() -> None:
    clock = Clock()
    lane = Lane(clock)
    for _ in range(FAILURES_THAT_SHUT):
        clock.now += 60
        await refused(lane)
    clock.now += 3_600
    assert isinstance(await refused(lane), ModelFailed)
    for _ in range(10):
        clock.now += 60
        last = await refused(lane)
    assert isinstance(last, ModelFailed)
    clock.now += 61
    assert isinstance(await refused(lane), LaneGivenUp)


@pytest.mark.parametrize("reason", ["forbidden", "not_a_model"])
async def test_what_one_question_may_meet_ends_nothing_until_five_in_a_row_met_it(reason: FailureReason) -> None:
    lane = Lane()
    for _ in range(2):
        told = [await refused(lane, reason) for _ in range(FAILURES_THAT_SHUT - 1)]
        await answered(lane)
        assert {type(one) for one in told} == {ModelFailed}
    told = [await refused(lane, reason) for _ in range(FAILURES_THAT_SHUT)]
    assert [type(one) for one in told[-2:]] == [ModelFailed, LaneGivenUp]
    assert isinstance(await refused(lane, "key"), LaneGivenUp)


async def test_a_provider_may_ask_to_be_left_alone_for_longer_than_the_calendar_goes() -> None:
    async def ask() -> str:
        raise ModelFailed("Slow down.", reason="rate_limit", may_help_to_retry=True, retry_after_seconds=1e15)

    with pytest.raises(LaneResting) as rests:
        await Lane().call(ask)
    assert rests.value.until - utc_now() < timedelta(days=366)


async def test_a_question_refused_for_its_own_sake_shuts_nothing_and_opens_what_was_shut() -> None:
    clock = Clock()
    lane = Lane(clock)
    for _ in range(20):
        await refused(lane, "refused")
    assert not lane.is_shut
    for _ in range(FAILURES_THAT_SHUT):
        clock.now += 60
        await refused(lane)
    assert lane.is_shut
    clock.now += 60
    await refused(lane, "refused")
    assert not lane.is_shut


class Crowd:
    """Counts who is under way at once, of two who ask, and in which order they began."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self.began, self.under_way, self.most = lane, list[str](), 0, 0

    async def call(self, name: str, most: int, is_stopped: Callable[[], bool] = lambda: False) -> None:
        async def ask() -> None:
            self.began.append(name)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(0.01)
            self.under_way -= 1

        await self.lane.call(ask, most=most, is_stopped=is_stopped)

    async def work(self, name: str, most: int, num_calls: int) -> None:
        """Call so often, by as many workers as may be under way."""
        left = iter(range(num_calls))

        async def worker() -> None:
            for _ in left:
                await self.call(name, most)

        await asyncio.gather(*(worker() for _ in range(most)))


async def test_all_who_ask_a_model_share_how_many_are_under_way_and_take_turns() -> None:
    crowd = Crowd(Lane())
    await asyncio.gather(crowd.work("a", 4, 24), crowd.work("b", 4, 12))
    assert crowd.most == 4
    half = crowd.began[4:24]  # the first began before anybody else came
    assert 8 <= half.count("b") <= 12


async def test_where_the_numbers_differ_a_call_keeps_to_its_own_and_none_waits_for_ever() -> None:
    crowd = Crowd(Lane())
    slow = asyncio.gather(*(crowd.call("small", 1) for _ in range(3)))
    await asyncio.gather(crowd.work("big", 8, 40), slow)
    assert (crowd.most, crowd.began.count("small")) == (8, 3)


async def test_who_is_cancelled_or_stopped_while_it_waits_gives_its_place_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LOOK_SECONDS", 0.005)
    crowd, is_stopped = Crowd(Lane()), False
    first = asyncio.create_task(crowd.call("first", 1))
    await asyncio.sleep(0)
    cancelled, last = (asyncio.create_task(crowd.call(name, 1)) for name in ("cancelled", "last"))
    stopped = asyncio.create_task(crowd.call("stopped", 1, lambda: is_stopped))
    await asyncio.sleep(0)
    cancelled.cancel()
    is_stopped = True
    await asyncio.gather(first, last)
    assert isinstance((await asyncio.gather(stopped, return_exceptions=True))[0], TurnGivenBack)
    assert crowd.began == ["first", "last"]
    assert crowd.lane._places._taken == 0
