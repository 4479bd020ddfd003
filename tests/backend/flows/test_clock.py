"""Waiting for a turn at a model is no time of a run or a node, and no limit ends it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from backend.bootstrap import Services
from backend.flows.engine import clock
from backend.flows.engine.call import Outcome
from backend.flows.engine.clock import RunClock
from backend.flows.types import RunStatus, RunWish
from backend.ports.language_model import ModelFailed
from tests.factories import flows


class Now:
    seconds = 100.0

    def perf_counter(self) -> float:
        return self.seconds


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    told = Now()
    monkeypatch.setattr(clock, "time", told)
    return told


async def test_the_clock_stands_while_all_wait_and_goes_while_one_works(now: Now) -> None:
    made, first, second = RunClock(500.0), Outcome(), Outcome()
    now.seconds += 1
    made.running(1)
    async with made.waiting(first):
        now.seconds += 5
        assert made.time_ms == 1_500, "it had half a second from before"
        made.running(2)  # another one works
        now.seconds += 2
        async with made.waiting(second):
            now.seconds += 10
        made.running(1)
        now.seconds += 20
    now.seconds += 1
    assert made.time_ms == 1_500 + 2_000 + 1_000
    assert (first.waited_ms, second.waited_ms) == (2_000, 0), "of what the run worked"


class Place:
    """A place at a model; it looks at the limits of the run and of the node while it is waited for, and behind that."""

    def __init__(self, limits: list[asyncio.Timeout | None]) -> None:
        self._limits = limits
        self.told: list[list[bool]] = []
        self.noted: list[ModelFailed | None] = []
        self.num_given_back = 0

    def look(self) -> None:
        self.told.append([limit is not None and limit.when() is not None for limit in self._limits])

    async def take(self, reference: str) -> Place:
        assert reference == "scripted:scripted"
        self.look()
        return self

    def note(self, failed: ModelFailed | None) -> None:
        self.look()
        self.noted.append(failed)

    def give_back(self) -> None:
        self.num_given_back += 1


async def test_no_time_limit_ends_a_wait_for_a_turn(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[asyncio.Timeout | None] = []
    waiting = RunClock.waiting

    def noted(self: RunClock, outcome: Outcome) -> AbstractAsyncContextManager[None]:
        limits.extend((self._limit, outcome.limit))
        return waiting(self, outcome)

    monkeypatch.setattr(RunClock, "waiting", noted)
    owner = await services.identity.ensure_owner()
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("say", "llm", {"user": "{{ input.question }}"}),
        flows.node("output", "output"),
    ]
    document = flows.document(nodes, [("input.question", "say.data"), ("say.text", "output.value")])
    await services.flows.create(owner, "Desk", document=document)
    place = Place(limits)
    ended = await services.runs.run(owner, "desk", RunWish({"question": "Why?"}, "draft", pace=place))
    assert (ended.status, ended.error) == (RunStatus.DONE, "")
    assert place.told == [[False, False], [True, True]], "none while it waits, both while the model speaks"
    assert (place.noted, place.num_given_back) == ([None], 1)
    plain = await services.runs.run(owner, "desk", RunWish({"question": "Why?"}, "draft"))
    assert (plain.status, len(limits)) == (RunStatus.DONE, 2), "other runs wait for nobody"
