"""How a run ends when something goes against it: values no database keeps, a late cancel, an old attempt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from backend.flows.asking import AskFailed
from backend.flows.models import NodeRunRow
from backend.flows.repository.runs import RunRepository
from backend.flows.types import RunStatus, Usage
from backend.ports.language_model import ModelFailed
from backend.ports.run_journal import RunUnit, Verdict
from tests.factories.flows import document, form, node
from tests.factories.running import Stage, Step, sleeps
from tests.tenancy import EVERYWHERE

ONE_STEP = document(
    [node("input", "input", form()), node("work", "step"), node("output", "output")],
    [("input.question", "work.data"), ("work.text", "output.value")],
)


async def test_what_no_database_keeps_does_not_leave_a_node(stage: Stage) -> None:
    """A streamed emoji may come as two halves; NUL is refused by Postgres, and the run would be begun for ever."""

    async def act(*_: object) -> dict[str, str]:
        return {"text": "a\0\ud83d\ude00\ud800"}

    stage.kinds["step"] = Step(act, effect=True)
    outcome = await stage.run(ONE_STEP)
    assert outcome.output == {"answer": "a😀\ufffd"}


async def test_an_output_too_big_to_keep_fails_its_node(stage: Stage) -> None:
    async def act(*_: object) -> dict[str, str]:
        return {"text": "x" * 5_000_001}

    stage.kinds["step"] = Step(act, effect=True)
    outcome = await stage.run(ONE_STEP)
    assert (outcome.status, outcome.error_node) == (RunStatus.FAILED, "work")
    _, nodes = await stage.last()
    assert (nodes["work"].status, "larger than 5 MB" in nodes["work"].error) == ("failed", True)


async def test_a_cancel_while_the_end_is_written_leaves_the_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    write, ending, go = stage.journal.write, asyncio.Event(), asyncio.Event()

    async def slow(unit: RunUnit) -> Verdict:
        if unit.ending is not None:
            ending.set()
            await go.wait()
        return await write(unit)

    monkeypatch.setattr(stage.journal, "write", slow)
    stage.kinds["step"] = Step(effect=True)
    job = stage.job(ONE_STEP)
    task = stage.runner.start(job)
    await ending.wait()
    assert stage.runner.cancel(job.run_id)
    go.set()
    assert (await task).status is RunStatus.DONE
    assert (await stage.record(job.run_id))[0].status == "done"


async def test_the_end_of_an_old_attempt_does_not_hide_the_new_one(stage: Stage) -> None:
    stage.kinds["step"] = Step(sleeps(30), effect=True)
    job = stage.job(ONE_STEP)
    old = stage.runner.start(job)
    new = stage.runner.start(replace(job, attempt=2))
    old.cancel()
    await asyncio.wait([old])
    assert stage.runner.task_of(job.run_id) is new
    stage.runner.cancel(job.run_id)
    await asyncio.wait([new])


async def test_a_cancelled_node_keeps_what_it_began_with_and_what_it_spent(stage: Stage) -> None:
    begun = asyncio.Event()
    failed = AskFailed(ModelFailed("Cut.", reason="cut", may_help_to_retry=True), Usage(7, 3, Decimal("0.25")))

    async def act(*_: object) -> dict[str, str]:
        if not begun.is_set():
            begun.set()
            raise failed
        await asyncio.sleep(30)
        return {}

    stage.kinds["step"] = Step(act, effect=True)
    nodes = [node("input", "input", form()), node("work", "step", policy={"retries": 2}), node("output", "output")]
    job = stage.job(document(nodes, [("input.question", "work.data"), ("work.text", "output.value")]))
    task = stage.runner.start(job)
    while "work" not in (began := await _begun(stage, job.run_id)):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert stage.runner.cancel(job.run_id)
    assert (await task).usage == failed.usage
    run, rows = await stage.record(job.run_id)
    start, end = began["work"], rows["work"]
    assert (end.status, end.reason) == ("cancelled", "the run ended before it")
    assert (end.inputs, end.inputs_hash) == ({"data": ["hello"]}, start.inputs_hash)
    assert (end.started_at, end.offset_ms) == (start.started_at, start.offset_ms)
    assert end.time_ms >= 100
    assert [one["error"] for one in end.tries] == ["Cut."]
    assert (end.tokens_in, end.tokens_out, end.cost) == (run.tokens_in, run.tokens_out, run.cost) == (7, 3, 0.25)


async def _begun(stage: Stage, run_id: str) -> dict[str, NodeRunRow]:
    async with stage.units.read(EVERYWHERE) as session:
        return {row.node: row for row in await RunRepository(session, stage.operator.project_id).nodes(run_id)}
