"""What a process does about its own runs."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from backend.bootstrap import Services
from backend.errors import Unavailable
from backend.flows.engine.takeover import GIVEN_UP, MOST_REFUSALS, Watch
from backend.flows.repository.ownership import Ownership
from backend.flows.types import RunStatus, RunWish
from tests.factories.flows import document, echo, form, node
from tests.factories.running import Stage, Step, sleeps
from tests.tenancy import EVERYWHERE

START, END = node("input", "input", form()), node("output", "output")
FLOW = document([START, node("work", "step"), END], [("input.question", "work.data"), ("work.text", "output.value")])
TALK = document([node("input", "input"), END], [("input.question", "output.value")])


def watch(stage: Stage, taken: list[tuple[str, int]]) -> Watch:
    async def inherit(run_id: str, attempt: int) -> None:
        taken.append((run_id, attempt))

    return Watch(stage.units, stage.runner, "worker_test", inherit, never, alone=True)


async def never(*_: object) -> None:
    raise AssertionError("it was given up")


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


async def test_a_full_disk_is_waited_for_however_long_it_lasts(stage: Stage, tmp_path) -> None:
    rows = sqlite3.connect(tmp_path / "signalbox.db", isolation_level=None)

    async def act(*_: object) -> dict[str, str]:
        if not taken:
            rows.execute("ALTER TABLE node_run RENAME TO away")
        return {"text": "x"}

    taken: list[int] = []

    async def inherit(run_id: str, attempt: int) -> None:
        taken.append(attempt)
        await asyncio.wait([stage.runner.start(stage.job(FLOW, run_id=run_id, attempt=attempt, resumed=True))])

    stage.kinds["step"] = Step(act, effect=True)
    job = stage.job(FLOW)
    with pytest.raises(Unavailable):
        await stage.runner.start(job)
    mender = Watch(stage.units, stage.runner, "worker_test", inherit, never, alone=True)
    for _ in range(MOST_REFUSALS + 3):
        await mender._mend()
    assert taken == list(range(2, MOST_REFUSALS + 4))
    rows.execute("ALTER TABLE away RENAME TO node_run")
    await mender._mend()
    assert (await stage.record(job.run_id))[0].status == "done"
    rows.close()


async def test_a_run_whose_record_is_refused_for_good_is_given_up_in_words(services: Services, tmp_path) -> None:
    operator = await services.identity.ensure_owner()
    made = await services.flows.create(operator, "Talk", document=TALK)
    with sqlite3.connect(tmp_path / "signalbox.db") as rows:
        refuse = "BEFORE UPDATE ON run WHEN NEW.status = 'done' BEGIN SELECT RAISE(ABORT, 'a rule'); END"
        rows.execute(f"CREATE TRIGGER refuse {refuse}")
    rows.close()
    runs = services.runs
    with pytest.raises(sqlite3.IntegrityError):
        await runs.run(operator, made.slug, RunWish({"question": "Hello"}, "draft"))
    run_id = (await runs.list(operator)).items[0].id
    mender = Watch(services.units, runs._runner, runs._worker, runs.inherit, runs.give_up, alone=True)
    for _ in range(MOST_REFUSALS + 3):
        await mender._mend()
        if task := runs._runner.task_of(run_id):
            await asyncio.wait([task])
    run = (await runs.get(operator, run_id)).run
    assert (run.status, run.error) == (RunStatus.FAILED, GIVEN_UP)
    assert run.attempt == MOST_REFUSALS + 1, "each refusal, and the attempt that ends it"
    assert not runs._runner.refusals


async def test_a_run_that_cannot_be_read_ends_in_words_and_keeps_no_other_waiting(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    """One stored document is of no release that this one knows; two runs of the process are found without a carrier."""
    operator, runs = await services.identity.ensure_owner(), services.runs

    async def keep(*_: object) -> None: ...

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    left = []
    for name, flow in (("Broken", TALK), ("Well", echo())):
        made = await services.flows.create(operator, name, document=flow)
        left.append((await runs.enqueue(operator, made.slug, RunWish({"question": name}, "draft"))).id)
    with sqlite3.connect(tmp_path / "signalbox.db") as rows:
        rows.execute("UPDATE run SET status = 'running', worker = ?, started_at = created_at", (runs._worker,))
        broken = "SELECT snapshot_id FROM run WHERE id = ?"
        rows.execute(f'UPDATE flow_snapshot SET document = \'{{"format": "of/9"}}\' WHERE id = ({broken})', (left[0],))
    rows.close()
    runs._loader._plans.__init__()
    mender = Watch(services.units, runs._runner, runs._worker, runs.inherit, runs.give_up, alone=True)
    for _ in range(3):
        await mender._mend()
        for task in filter(None, map(runs._runner.task_of, left)):
            await asyncio.wait([task])
    found = {run.id: run for run in (await runs.list(operator)).items}
    assert found[left[0]].status is RunStatus.FAILED
    assert "cannot be read by this release" in found[left[0]].error
    assert found[left[1]].status is RunStatus.DONE


async def test_the_watch_goes_on_after_a_step_that_fails_for_any_reason(stage: Stage) -> None:
    stage.kinds["step"] = Step(sleeps(30), effect=True)
    stage.runner.start(stage.job(FLOW))
    while not stage.runner.open_runs:
        await asyncio.sleep(0.01)
    again = asyncio.Event()
    keeper, num_steps = watch(stage, []), 0

    async def step() -> None:
        nonlocal num_steps
        num_steps += 1
        if num_steps == 1:
            raise ValueError("a value that no release wrote")
        again.set()

    keeper._beat = step  # type: ignore[method-assign]
    await keeper.start()
    await asyncio.wait_for(again.wait(), 5)
    await keeper.stop()


async def test_a_run_whose_taking_up_fails_again_and_again_is_given_up(services: Services, tmp_path) -> None:
    operator, runs = await services.identity.ensure_owner(), services.runs
    made = await services.flows.create(operator, "Talk", document=TALK)
    done = await runs.run(operator, made.slug, RunWish({"question": "Hello"}, "draft"))
    with sqlite3.connect(tmp_path / "signalbox.db") as rows:
        rows.execute("UPDATE run SET status = 'running', worker = ?", (runs._worker,))
    rows.close()

    async def fail(_run_id: str, _attempt: int) -> None:
        raise KeyError("of our own")

    mender = Watch(services.units, runs._runner, runs._worker, fail, runs.give_up, alone=True)
    for _ in range(MOST_REFUSALS + 3):
        await mender._mend()
    run = (await runs.get(operator, done.run_id)).run
    assert (run.status, run.error) == (RunStatus.FAILED, GIVEN_UP)


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
    async with stage.units.write(EVERYWHERE) as work:
        assert await Ownership(work.session).take_over("worker_test", "worker_next") == [(job.run_id, 2)]
