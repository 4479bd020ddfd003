"""What is wished of an experiment while its owner is busy with something else."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from backend.columns import utc_now
from backend.experiments.repository import Ownership
from backend.experiments.service import running
from backend.experiments.types import Status
from backend.ports.jobs import BY_ID
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.rates import APART, two_on_one_model

A_WHILE = 0.4


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pause answer at once that it is under way, while calls are in flight."""
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.05)


async def asked(lab: Lab, number: int) -> None:
    async with asyncio.timeout(20):
        while lab.num_asked < number:
            await asyncio.sleep(0.005)


async def heard(lab: Lab, experiment_id: str) -> None:
    """Wait until the owner has taken the wish up."""
    carrying, _ = lab.executor._carried[experiment_id]
    async with asyncio.timeout(20):
        while carrying._stop is None:
            await asyncio.sleep(0.005)


async def test_a_resume_while_the_pause_waits_for_calls_in_flight_is_not_lost(lab: Lab) -> None:
    lab.fill(8)
    lab.server.latency_seconds = A_WHILE
    made = await lab.started(concurrency=4)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 4)
    assert (await lab.service.pause(lab.operator, made.id)).status is Status.PAUSED
    await heard(lab, made.id)
    assert (await lab.service.resume(lab.operator, made.id)).shown_status == "running"
    lab.server.latency_seconds = 0
    await carried
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, lab.num_asked) == (Status.DONE, 16, 16)


async def test_a_cancel_in_the_last_moment_of_a_pause_or_of_a_stop_holds(lab: Lab) -> None:
    lab.fill(8)
    lab.server.latency_seconds = A_WHILE
    for stopping in (False, True):
        made = await lab.started(concurrency=4)
        before = lab.num_asked
        carried = asyncio.create_task(lab.executor.execute(made.id))
        await asked(lab, before + 4)
        carrying, _ = lab.executor._carried[made.id]
        if stopping:
            carrying.interrupt()
        else:
            await lab.service.pause(lab.operator, made.id)
            await heard(lab, made.id)
        carrying.ledger._heard = _nothing  # the cancel comes behind the last look
        await lab.service.cancel(lab.operator, made.id)
        await carried
        assert (await lab.service.get(lab.operator, made.id)).status is Status.CANCELLED


async def _nothing(_wish: str) -> None:
    pass


async def test_a_pause_begins_no_call_that_waited_for_its_turn(lab: Lab) -> None:
    lab.fill(20)
    made = await lab.started(concurrency=10, requests_per_minute=60)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 1)
    await lab.service.pause(lab.operator, made.id)
    await asyncio.wait_for(carried, 5)
    paused = await lab.service.get(lab.operator, made.id)
    assert (paused.status, paused.progress.num_running, paused.progress.num_done) == (Status.PAUSED, 0, lab.num_asked)
    assert lab.num_asked <= 2


async def test_a_pause_begins_no_call_that_waited_for_the_budget(lab: Lab) -> None:
    lab.fill(20)
    lab.server.latency_seconds = A_WHILE
    made = await lab.started(prompt("only", "{{ good }}"), concurrency=10, budget=1)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 1)
    await lab.service.pause(lab.operator, made.id)
    await carried
    paused = await lab.service.get(lab.operator, made.id)
    assert (paused.status, paused.progress.num_done, lab.num_asked) == (Status.PAUSED, 1, 1)


async def test_many_wishes_at_once_leave_one_state_that_can_be_left(lab: Lab) -> None:
    lab.fill(20)
    lab.server.latency_seconds = 0.01
    made = await lab.started(concurrency=4)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 4)
    for _ in range(5):
        acts = (lab.service.pause, lab.service.resume, lab.service.pause, lab.service.resume)
        await asyncio.gather(*(act(lab.operator, made.id) for act in acts), return_exceptions=True)
    await carried
    if (await lab.service.get(lab.operator, made.id)).status is Status.PAUSED:
        await lab.service.resume(lab.operator, made.id)
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, lab.num_asked) == (Status.DONE, 40, 40)


async def test_two_experiments_on_one_model_share_its_rate(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wishes 1,200 a minute: together they get as many and no more."""
    made, moments = await two_on_one_model(lab, monkeypatch)
    await asyncio.gather(*(lab.executor.execute(one.id) for one in made))
    assert len(moments) == 10
    apart = [later - earlier for earlier, later in pairwise(moments)]
    assert min(apart) >= APART - 0.001


async def test_two_experiments_on_one_model_share_how_many_are_in_flight(lab: Lab) -> None:
    lab.fill(8)
    lab.server.latency_seconds = 0.03
    made = [await lab.started(prompt("only", "{{ good }}"), concurrency=3) for _ in range(2)]
    carried = asyncio.gather(*(lab.executor.execute(one.id) for one in made))
    in_flight = [0]
    while not carried.done():
        in_flight.append(lab.server.num_open)
        await asyncio.sleep(0.003)
    await carried
    assert (max(in_flight), lab.num_asked) == (3, 16)


async def test_a_pause_from_another_tab_does_not_take_a_cancel_back(lab: Lab) -> None:
    lab.fill(2)
    made = await lab.started()
    async with lab.services.units.write(BY_ID) as work:
        await Ownership(work.session).claim(made.id, utc_now())
    await lab.service.cancel(lab.operator, made.id)
    await lab.service.pause(lab.operator, made.id)
    await lab.executor.execute(made.id)
    assert (await lab.service.get(lab.operator, made.id)).status is Status.CANCELLED
