"""What an experiment under way says of itself: what is done, what is judged, and how long the rest takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.experiments.engine.asking import Asking
from backend.experiments.service import running
from backend.experiments.types import Status
from tests.backend.experiments.conftest import Lab


async def test_progress_is_told_live_with_the_time_that_is_left(lab: Lab) -> None:
    lab.fill(40)
    lab.server.latency_seconds = 0.05
    made = await lab.started(concurrency=8)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    seen, in_flight = [], []
    async for one in lab.service.watch(lab.operator, made.id):
        seen.append(one)
        in_flight.append(lab.server.num_open)
    await carried
    assert 1 < max(in_flight) <= 8
    assert any(0 < one.progress.cost < seen[-1].progress.cost for one in seen)
    assert seen[-1].status is Status.DONE
    assert any(0 < one.progress.num_done < 80 and (one.progress.eta_seconds or 0) > 0 for one in seen)


async def test_a_pause_is_told_until_what_was_asked_before_is_recorded(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.01)
    lab.fill(3)
    lab.server.latency_seconds = 0.3
    made = await lab.started(concurrency=2)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < 2:
        await asyncio.sleep(0.01)
    paused = await lab.service.pause(lab.operator, made.id)
    assert (paused.status, paused.progress.num_done) == (Status.PAUSED, 0)
    told = [one async for one in lab.service.watch(lab.operator, made.id)]
    await carried
    assert {one.status for one in told} == {Status.PAUSED}
    assert (told[0].progress.num_done, told[-1].progress.num_done, lab.num_asked) == (0, 2, 2)


async def test_answers_that_wait_for_their_judge_are_counted_with_the_time_that_is_left(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(2)
    may_judge = asyncio.Event()
    judge = Asking.judge

    async def held(*given: Any) -> Any:
        await may_judge.wait()
        return await judge(*given)

    monkeypatch.setattr(Asking, "judge", held)
    made = await lab.started(evaluators=({"kind": "judge", "rubric": "?", "model": "echo"},), concurrency=4)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    progress = made.progress
    while progress.num_judged < 4:
        await asyncio.sleep(0.01)
        progress = (await lab.service.get(lab.operator, made.id)).progress
    assert (progress.num_done, progress.num_running) == (0, 4)
    assert (progress.eta_seconds or 0) > 0
    may_judge.set()
    await carried
    ended = (await lab.service.get(lab.operator, made.id)).progress
    assert (ended.num_done, ended.num_judged) == (4, 0)


async def test_pairs_that_wait_for_their_judge_have_time_left_too(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fill(3)
    may_judge, waiting = asyncio.Event(), 0
    judge = Asking.judge

    async def held(*given: Any) -> Any:
        nonlocal waiting
        waiting += 1
        await may_judge.wait()
        return await judge(*given)

    monkeypatch.setattr(Asking, "judge", held)
    made = await lab.started(evaluators=({"kind": "pairwise", "model": "lab:echo"},), concurrency=3)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while waiting < 3:
        await asyncio.sleep(0.01)
    progress = (await lab.service.get(lab.operator, made.id)).progress
    assert (progress.num_done, progress.num_cells) == (6, 6)
    assert (progress.eta_seconds or 0) > 0
    may_judge.set()
    await carried
