"""A small experiment on Postgres, from its plan to what must be passed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from backend.columns import utc_now
from backend.errors import NotFound
from backend.experiments.engine.executor import LOOKS, Executor
from backend.experiments.errors import AttemptLost
from backend.experiments.outside import Row
from backend.experiments.repository import Ownership
from backend.experiments.types import Requirement, Status
from backend.prompts.types import Content, NewPrompt
from backend.settings import Settings
from tests.backend.experiments.conftest import DATASET, Lab, prompt
from tests.backend.experiments.dissected import nodes_stand_beside_each_other
from tests.backend.experiments.rates import APART, two_on_one_model
from tests.tenancy import EVERYWHERE


@pytest.fixture
def settings(settings: Settings, make_postgres: Callable[[str], str]) -> Settings:
    """Let all services of the lab stand on Postgres."""
    return settings.model_copy(update={"database": make_postgres("experiments")})


async def test_an_experiment_runs_is_retried_compared_reviewed_and_required(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(30, wrong=range(1, 16))
    lab.rows.append(Row("item_31", 31, {"question": "q", "weak": "a31"}, "a31"))
    asked = ({"kind": "exact"}, {"kind": "human", "name": "Helpful"})
    plan = await lab.service.plan(lab.operator, lab.draft(evaluators=asked, repetitions=2))
    assert plan.num_cells == 124
    done = await lab.ran(evaluators=asked, repetitions=2)
    assert (done.status, done.progress.num_done, done.progress.num_failed) == (Status.DONE, 122, 2)
    cells = await lab.cells(done)
    assert done.progress.cost == sum(cell.cost for cell in cells) > 0
    lab.rows[-1].input["good"] = "a31"
    await lab.service.retry(lab.operator, done.id)
    await lab.executor.execute(done.id)
    mended = await lab.service.get(lab.operator, done.id)
    assert (mended.status, mended.progress.num_failed, lab.num_asked) == (Status.DONE, 0, 124)
    found = await lab.service.comparison(lab.operator, done.id)
    assert {one.metric: one.verdict for one in found.metrics}["exact"] == "better"
    rows = await lab.service.compared_rows(lab.operator, done.id, "new")
    assert (rows.counts.fixed, rows.items[0].change) == (15, "fixed")
    waiting = await lab.service.reviews(lab.operator, done.id, limit=5)
    assert (len(waiting.items), waiting.num_waiting) == (5, 124)
    await lab.service.review(lab.operator, done.id, waiting.items[0].number, "Helpful", value=1)
    assert (await lab.service.reviews(lab.operator, done.id)).num_scored == 1
    made = await lab.services.prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ good }}")))
    await lab.service.require(lab.operator, "prompt", made.id, Requirement(experiment_id=done.id))
    required = await lab.service.requirement(lab.operator, "prompt", made.id)
    assert required == Requirement(DATASET, asked, dataset_name="Questions", labels=("production",))
    await lab.service.delete(lab.operator, done.id)
    with pytest.raises(NotFound):
        await lab.service.get(lab.operator, done.id)
    await nodes_stand_beside_each_other(lab)
    await a_judge_that_failed_is_asked_again(lab)
    await two_workers_at_once_record_each_answer_once(lab)
    await who_is_silent_is_taken_over_and_writes_nothing_more(lab)
    await two_processes_share_the_rate_of_a_model(lab, monkeypatch)


async def two_workers_at_once_record_each_answer_once(lab: Lab) -> None:
    """The second takes over what the first is busy with: who loses writes nothing more."""
    lab.fill(20)
    lab.server.latency_seconds = 0.02
    made, before = await lab.started(concurrency=4), lab.num_asked
    first = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < before + 8:
        await asyncio.sleep(0.005)
    await asyncio.gather(first, *(Executor(lab.executor._outside).execute(made.id) for _ in range(2)))
    done = await lab.service.get(lab.operator, made.id)
    cells = await lab.cells(done)
    assert (done.status, done.progress.num_done, {cell.tries for cell in cells}) == (Status.DONE, 40, {1})
    assert done.progress.cost == sum(cell.cost for cell in cells)
    assert lab.num_asked - before <= 40 + 2 * 4
    lab.server.latency_seconds = 0


async def who_is_silent_is_taken_over_and_writes_nothing_more(lab: Lab) -> None:
    """The other's clock is an hour ahead: looks are counted, not times."""
    lab.fill(2)
    made = await lab.started()
    async with lab.services.units.write(EVERYWHERE) as work:
        other = await Ownership(work.session).claim(made.id, utc_now() + timedelta(hours=1))
        assert other is not None
        work.session.expunge(other)
    looks = [[one.row_id for one in await lab.executor.waiting()] for _ in range(LOOKS + 1)]
    assert looks == [[]] * LOOKS + [[made.id]]
    await lab.executor.execute(made.id)
    assert (await lab.service.get(lab.operator, made.id)).status is Status.DONE
    async with lab.services.units.write(EVERYWHERE) as work:
        with pytest.raises(AttemptLost):
            await Ownership(work.session).hold(other, utc_now())


async def a_judge_that_failed_is_asked_again(lab: Lab) -> None:
    lab.fill(1)
    before = lab.num_asked
    done = await lab.ran(prompt("only", "{{ good }}"), evaluators=({"kind": "judge", "rubric": "?", "model": "echo"},))
    await lab.service.retry(lab.operator, done.id)
    await lab.executor.execute(done.id)
    assert lab.num_asked == before + 1 + 2 + 2  # one that is not understood is asked twice


async def two_processes_share_the_rate_of_a_model(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wishes 1,200 a minute: ten requests of both need nine steps of 50 ms, each for itself four."""
    made, moments = await two_on_one_model(lab, monkeypatch)
    beside = Executor(lab.executor._outside)
    await asyncio.gather(lab.executor.execute(made[0].id), beside.execute(made[1].id))
    assert len(moments) == 10
    assert max(moments) - min(moments) >= 8 * APART
