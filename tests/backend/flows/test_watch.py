"""What a process does about its own runs."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from backend.errors import Unavailable
from backend.flows.engine.takeover import Watch
from backend.flows.repository.ownership import Ownership
from tests.factories.flows import document, form, node
from tests.factories.running import Stage, Step, sleeps

START, END = node("input", "input", form()), node("output", "output")
FLOW = document([START, node("work", "step"), END], [("input.question", "work.data"), ("work.text", "output.value")])


def watch(stage: Stage, taken: list[tuple[str, int]]) -> Watch:
    async def inherit(run_id: str, attempt: int) -> None:
        taken.append((run_id, attempt))

    return Watch(stage.units, stage.runner, "worker_test", inherit, alone=True)


async def test_a_run_whose_record_was_refused_is_gone_on_with(stage: Stage, tmp_path) -> None:
    """The table is away when the run wants to end: as a full disk would have it."""
    rows = sqlite3.connect(tmp_path / "signalbox.db", isolation_level=None)

    async def act(*_: object) -> dict[str, str]:
        rows.execute("ALTER TABLE node_run RENAME TO away")
        return {"text": "x"}

    stage.kinds["step"] = Step(act, effect=True)
    job = stage.job(FLOW)
    with pytest.raises(Unavailable):
        await stage.runner.start(job)
    rows.execute("ALTER TABLE away RENAME TO node_run")
    taken: list[tuple[str, int]] = []
    mender = watch(stage, taken)
    await mender._mend()
    assert taken == [], "a run that was only just written down is left alone"
    await mender._mend()
    assert taken == [(job.run_id, 2)]
    rows.close()


async def test_a_run_that_is_under_way_is_not_mended(stage: Stage) -> None:
    stage.kinds["step"] = Step(sleeps(30), effect=True)
    task = stage.runner.start(stage.job(FLOW))
    while not stage.runner.open_runs:
        await asyncio.sleep(0.01)
    taken: list[tuple[str, int]] = []
    mender = watch(stage, taken)
    for _ in range(3):
        await mender._mend()
    assert taken == []
    task.cancel()


async def test_a_wish_to_cancel_from_another_process_is_heard(stage: Stage, tmp_path) -> None:
    stage.kinds["step"] = Step(sleeps(30), effect=True)
    job = stage.job(FLOW)
    task = stage.runner.start(job)
    while not stage.runner.open_runs:
        await asyncio.sleep(0.01)
    keeper = watch(stage, [])
    await keeper.start()
    with sqlite3.connect(tmp_path / "signalbox.db") as rows:
        rows.execute("UPDATE run SET cancel_requested = 1 WHERE id = ?", (job.run_id,))
    outcome = await asyncio.wait_for(task, 2)
    assert outcome.status.value == "cancelled"
    await keeper.stop()


async def test_a_stopping_process_keeps_what_is_done_and_ends_in_its_grace(stage: Stage) -> None:
    stage.kinds["step"] = Step(sleeps(0.3), effect=True)
    stage.kinds["long"] = Step(sleeps(30), effect=True)
    nodes = [START, node("work", "step"), node("more", "step"), node("long", "long"), END]
    edges = [("input.question", "work.data"), ("work.text", "more.data"), ("input.question", "long.data")]
    flow = document(nodes, [*edges, ("more.text", "output.value"), ("long.text", "output.value")])
    job = stage.job(flow)
    stage.runner.start(job)
    while not stage.runner.open_runs:
        await asyncio.sleep(0.01)
    await stage.runner.close(0.6)
    run, rows = await stage.record(job.run_id)
    assert run.status == "running", "the next start goes on with it"
    assert {name: row.status for name, row in rows.items()} == {"input": "done", "work": "done", "long": "running"}
    with pytest.raises(Unavailable):
        stage.runner.start(stage.job(flow))
    async with stage.units.write() as work:
        assert await Ownership(work.session).take_over("worker_test", "worker_next") == [(job.run_id, 2)]
