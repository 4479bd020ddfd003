"""Two workers on one Postgres carry experiments of flows, and one of them is killed."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable

import pytest

from backend.datasets.types import About, NewItem
from backend.experiments.types import Draft, Experiment, FlowChoice, Status, VariantDraft
from backend.flows.repository.ownership import Ownership as RunOwnership
from backend.paging import Page
from backend.ports.jobs import BY_ID
from backend.settings import Settings
from tests.backend.experiments.conftest import Lab
from tests.factories import flows
from tests.serving import ROOT

NUM_ROWS, CONCURRENCY = 16, 4
NAMES = ("worker-1", "worker-2")


@pytest.fixture
def settings(settings: Settings, make_postgres: Callable[[str], str]) -> Settings:
    """Let all services of the lab stand on Postgres."""
    return settings.model_copy(update={"database": make_postgres("workers")})


async def worker(lab: Lab, name: str) -> tuple[str, asyncio.subprocess.Process]:
    """Start one; return the name by which it runs flows, which is another at each start."""
    settings = lab.services.settings
    given = (str(settings.folder), name, settings.database)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.backend.experiments.worker", *given,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(60):
        called = (await process.stdout.readline()).decode().strip()
    assert called.startswith("worker_")
    return called, process


async def begun(lab: Lab) -> list[Experiment]:
    """Start two experiments over real rows: the workers read them themselves."""
    data, service = lab.services.datasets, lab.services.experiments
    dataset = await data.create(lab.operator, About("Questions"))
    await data.add_items(lab.operator, dataset.id, [NewItem({"question": f"q{number}"}) for number in range(NUM_ROWS)])
    await lab.services.flows.create(lab.operator, "Two", document=flows.relay("lab:echo", "lab:scripted"))
    variants = (VariantDraft("two", flow=FlowChoice("two", "draft")),)
    made = [
        await service.create(
            lab.operator,
            Draft(name, dataset.id, variants, evaluators=({"kind": "regex", "pattern": "."},), concurrency=CONCURRENCY),
        )
        for name in ("First", "Second")
    ]
    return [await service.start(lab.operator, one.id) for one in made]


@pytest.mark.fault
@pytest.mark.timeout(300)
async def test_r2_kill_9_of_one_of_two_workers_loses_nothing_and_runs_no_flow_twice(lab: Lab, seed: int) -> None:
    chance = random.Random(seed)
    lab.server.latency_seconds = 0.05
    made, service = await begun(lab), lab.services.experiments
    begins = await asyncio.gather(*(worker(lab, name) for name in NAMES))
    each, workers = dict(zip(NAMES, begins, strict=True)), [process for _, process in begins]
    try:
        async with asyncio.timeout(60):
            wanted = chance.randint(8, 2 * NUM_ROWS)
            while lab.num_asked < wanted:
                await asyncio.sleep(0.005)
        async with lab.services.units.read(BY_ID) as session:
            owners = await RunOwnership(session).owners()
        killed = chance.choice([name for name in NAMES if each[name][0] in owners])
        each[killed][1].kill()
        await each[killed][1].wait()
        async with asyncio.timeout(120):
            while any([(await service.get(lab.operator, one.id)).status.is_open for one in made]):
                await asyncio.sleep(0.2)
    finally:
        for process in workers:
            if process.returncode is None:
                process.kill()
            await process.wait()
    cells = []
    for one in made:
        done = await service.get(lab.operator, one.id)
        assert (done.status, done.progress.num_done) == (Status.DONE, NUM_ROWS)
        found = (await service.cells(lab.operator, one.id, Page(500))).items
        assert {cell.output for cell in found} == {f"You said: q{number}" for number in range(NUM_ROWS)}
        cells += found
    runs = (await lab.services.runs.list(lab.operator, Page(500))).items
    assert {run.id: run.usage.cost for run in runs} == {cell.run_id: cell.cost for cell in cells}
    assert len(runs) == 2 * NUM_ROWS, "each answer is one run, whoever carried it"
    repeated = lab.num_asked - 2 * len(cells)
    assert 0 <= repeated <= 2 * CONCURRENCY, "of both experiments no more than what was in flight"
