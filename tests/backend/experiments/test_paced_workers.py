"""Two workers on one Postgres ask a model no faster than its limit, also after one of them is killed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from backend.datasets.types import About, NewItem
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.experiments.types import Draft, Experiment, FlowChoice, Status, VariantDraft
from backend.flows.repository.ownership import Ownership as RunOwnership
from backend.ports.jobs import BY_ID
from backend.settings import Settings
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_workers import NAMES, worker
from tests.factories import flows

NUM_ROWS, CONCURRENCY = 12, 6
PER_MINUTE = 600
APART = 60 / PER_MINUTE
# A turn is taken by the clock of the database, and on a busy machine its call arrives later than the next ones do:
# a window takes 2 s by the rate, and 1 s where each worker keeps a rate of its own.
WINDOW, SLACK_SECONDS = 20, 0.6


@pytest.fixture
def settings(settings: Settings, make_postgres: Callable[[str], str]) -> Settings:
    """Let all services of the lab stand on Postgres."""
    return settings.model_copy(update={"database": make_postgres("paced")})


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note when each call comes to the model server."""
    moments, answer = list[float](), ScriptedServer._answer

    async def noted(self: ScriptedServer, *given: Any) -> AsyncIterator[bytes]:
        moments.append(time.monotonic())
        async for part in answer(self, *given):
            yield part

    monkeypatch.setattr(ScriptedServer, "_answer", noted)
    return moments


async def begun(lab: Lab) -> list[Experiment]:
    """Start two on one model, of a flow that asks it twice and of a prompt."""
    data, service = lab.services.datasets, lab.services.experiments
    dataset = await data.create(lab.operator, About("Questions"))
    await data.add_items(lab.operator, dataset.id, [NewItem({"question": f"q{number}"}) for number in range(NUM_ROWS)])
    await lab.services.flows.create(lab.operator, "Two", document=flows.relay("lab:echo", "lab:echo"))
    each = VariantDraft("two", flow=FlowChoice("two", "draft")), prompt("said", "{{ question }}", "lab:echo")
    made = [
        await service.create(
            lab.operator,
            Draft(name, dataset.id, each, evaluators=({"kind": "regex", "pattern": "."},), concurrency=CONCURRENCY,
                  requests_per_minute=PER_MINUTE),
        )
        for name in ("First", "Second")
    ]  # fmt: skip
    return [await service.start(lab.operator, one.id) for one in made]


def too_fast(moments: list[float]) -> list[float]:
    """Return how long each window of calls took that took less than its turns."""
    wanted = WINDOW * APART - SLACK_SECONDS
    spans = [moments[at + WINDOW] - moments[at] for at in range(len(moments) - WINDOW)]
    return [span for span in spans if span < wanted]


@pytest.mark.fault
@pytest.mark.timeout(300)
async def test_the_rate_of_a_model_holds_over_two_workers_and_after_one_was_killed(
    lab: Lab, arrived: list[float], seed: int
) -> None:
    lab.server.latency_seconds = 0.2  # so that runs are under way when their worker dies
    made, service = await begun(lab), lab.services.experiments
    wanted = random.Random(seed).randint(NUM_ROWS, 3 * NUM_ROWS)
    begins = await asyncio.gather(*(worker(lab, name) for name in NAMES))
    workers = [process for _, process in begins]
    try:
        async with asyncio.timeout(60):
            while len(arrived) < wanted:
                await asyncio.sleep(0.005)
        async with lab.services.units.read(BY_ID) as session:
            owners = await RunOwnership(session).owners()
        killed = next(process for name, process in begins if name in owners)
        killed.kill()
        await killed.wait()
        before = len(arrived)
        async with asyncio.timeout(120):
            while any([(await service.get(lab.operator, one.id)).status.is_open for one in made]):
                await asyncio.sleep(0.2)
    finally:
        for process in workers:
            if process.returncode is None:
                process.kill()
            await process.wait()
    for one in made:
        done = await service.get(lab.operator, one.id)
        assert (done.status, done.progress.num_done) == (Status.DONE, 2 * NUM_ROWS)
    assert len(arrived) >= 2 * 3 * NUM_ROWS > before
    assert max(arrived) - min(arrived) >= (2 * 3 * NUM_ROWS - 1) * APART - SLACK_SECONDS
    assert too_fast(arrived) == []
