"""Bad days of models in an experiment: each cell is an answer or says why it is none, and the run ends."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.columns import utc_now
from backend.engines.language_model.scripted_server import DIMENSIONS
from backend.errors import Forbidden
from backend.experiments.engine import lanes
from backend.experiments.repository import Experiments
from backend.experiments.types import FlowChoice, Status, VariantDraft
from backend.flows.types import RunStatus
from backend.operator import Permission
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after a moment, for nobody mends the model meanwhile."""
    monkeypatch.setattr(lanes, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(lanes, "LONGEST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(lanes, "GIVE_UP_SECONDS", 0.2)


async def test_r17_a_refusal_is_waited_for_as_long_as_it_says(lab: Lab) -> None:
    lab.fill(1)
    start = time.monotonic()
    done = await lab.ran(prompt("once", "{{ good }}", "429"))
    assert (done.status, done.progress.num_done) == (Status.DONE, 1)
    assert time.monotonic() - start >= 1  # Retry-After: 1
    assert lab.server.requests["429"] == 2


async def test_r17_a_refusal_that_names_a_moment_is_waited_for(lab: Lab) -> None:
    lab.fill(1)
    start = time.monotonic()
    done = await lab.ran(prompt("once", "{{ good }}", "429-date"))
    assert (done.status, done.progress.num_done) == (Status.DONE, 1)
    assert time.monotonic() - start >= 0.9
    assert lab.server.requests["429-date"] == 2


async def test_r17_a_wait_of_an_hour_parks_the_experiment_with_the_time(lab: Lab) -> None:
    lab.fill(30)
    async with asyncio.timeout(20):
        parked = await lab.ran(prompt("well", "{{ good }}"), prompt("later", "{{ good }}", "429-hour"), concurrency=4)
    assert (parked.status, "60 min" in parked.error) == (Status.PAUSED, True)
    assert parked.hint == "Nothing is lost."
    assert timedelta(minutes=58) < parked.resumes_at - utc_now() < timedelta(minutes=61)
    assert 1 <= lab.server.requests["429-hour"] <= 4  # what was in flight
    assert (parked.progress.num_failed, parked.progress.num_running) == (0, 0)
    done_before = parked.progress.num_done
    await lab.service.go_on()
    assert (await lab.service.get(lab.operator, parked.id)).status is Status.PAUSED
    await ripen(lab, parked.id)
    await lab.service.go_on()
    resumed = await lab.service.get(lab.operator, parked.id)
    assert (resumed.status.is_open, resumed.error, resumed.resumes_at) == (True, "", None)
    assert done_before == resumed.progress.num_done


async def asking_flow(lab: Lab, *models: str) -> VariantDraft:
    """Make a flow whose models have such days, one behind the other."""
    document = flows.relay(*(f"lab:{model}" for model in models))
    made = await lab.services.flows.create(lab.operator, models[-1], document=document)
    return VariantDraft(models[-1], flow=FlowChoice(made.slug, "draft"))


async def test_r17_a_wait_of_an_hour_parks_an_experiment_over_flows_too(lab: Lab) -> None:
    lab.fill(30)
    async with asyncio.timeout(20):
        parked = await lab.ran(prompt("well", "{{ good }}"), await asking_flow(lab, "429-hour"), concurrency=4)
    assert (parked.status, "60 min" in parked.error) == (Status.PAUSED, True)
    assert timedelta(minutes=58) < parked.resumes_at - utc_now() < timedelta(minutes=61)
    clerk = replace(lab.operator, permissions=lab.operator.permissions - {Permission.FLOWS_RUN})
    for act in (lab.service.resume, lab.service.retry):  # as a start asks for it
        with pytest.raises(Forbidden):
            await act(clerk, parked.id)
    assert 1 <= lab.server.requests["429-hour"] <= 4
    assert (parked.progress.num_failed, parked.progress.num_running) == (0, 0)


async def test_r18_a_wrong_key_ends_an_experiment_over_flows_once(lab: Lab) -> None:
    lab.fill(30)
    lab.server.key = "another-key"
    failed = await lab.ran(await asking_flow(lab, "echo"), concurrency=4)
    assert (failed.status, "key" in failed.error.lower()) == (Status.FAILED, True)
    assert failed.progress.num_failed == 0
    assert len((await lab.services.runs.list(lab.operator)).items) <= 4


async def test_a_cancel_ends_the_runs_of_flows_under_way_and_counts_them(lab: Lab) -> None:
    lab.fill(4)
    made = await lab.started(await asking_flow(lab, "echo", "hang"))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.server.requests["hang"] < 4:
        await asyncio.sleep(0.01)
    await lab.service.cancel(lab.operator, made.id)
    await carried
    async with asyncio.timeout(20):
        while lab.server.num_open:
            await asyncio.sleep(0.01)
    runs = await lab.services.runs.list(lab.operator)
    assert {run.status for run in runs.items} == {RunStatus.CANCELLED}
    spent = sum(run.usage.cost for run in runs.items)
    assert (await lab.service.get(lab.operator, made.id)).progress.cost == spent > 0


async def test_what_tries_cost_is_kept_where_the_experiment_is_parked(lab: Lab) -> None:
    lab.fill(1)
    parked = await lab.ran(await asking_flow(lab, "echo", "429-hour"))
    assert (parked.status, parked.progress.num_done, parked.progress.num_failed) == (Status.PAUSED, 0, 0)
    assert parked.progress.cost > 0
    await lab.service.resume(lab.operator, parked.id)
    await lab.executor.execute(parked.id)
    assert len((await lab.services.runs.list(lab.operator)).items) == 2, "what has ended is not waited for"


async def test_r17_who_pauses_a_parked_experiment_lets_it_stay(lab: Lab) -> None:
    lab.fill(2)
    parked = await lab.ran(prompt("later", "{{ good }}", "429-hour"))
    assert (await lab.service.pause(lab.operator, parked.id)).resumes_at is None
    await ripen(lab, parked.id)
    await lab.service.go_on()
    assert (await lab.service.get(lab.operator, parked.id)).status is Status.PAUSED


async def ripen(lab: Lab, experiment_id: str) -> None:
    """Let its time come, where it has one."""
    async with lab.services.units.write(lab.operator) as work:
        row = await Experiments(work.session, lab.operator.project_id).get(experiment_id)
        row.resumes_at = row.resumes_at and utc_now()
        work.session.add(row)


@pytest.mark.usefixtures("brisk")
async def test_r17_a_model_that_refuses_for_good_is_given_up_without_a_try_for_each_row(lab: Lab) -> None:
    lab.fill(40)
    failed = await lab.ran(prompt("dead", "{{ good }}", "429-always"), concurrency=4)
    assert (failed.status, bool(failed.error)) == (Status.FAILED, True)
    assert 0 < lab.num_asked < 40


@pytest.mark.usefixtures("brisk")
@pytest.mark.parametrize("day", ["500", "502-html"])
async def test_r18_a_server_that_stays_broken_opens_the_circuit(lab: Lab, day: str) -> None:
    lab.fill(40)
    failed = await lab.ran(prompt("broken", "{{ good }}", day), concurrency=4)
    assert (failed.status, bool(failed.error)) == (Status.FAILED, True)
    assert "<html" not in failed.error
    assert 0 < lab.num_asked < 40


async def test_r18_who_waits_for_a_model_that_refuses_reads_why(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FIRST_PAUSE_SECONDS", 0.01)
    lab.fill(20)
    made = await lab.started(prompt("broken", "{{ good }}", "500"), concurrency=8)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    async for one in lab.service.watch(lab.operator, made.id):
        if one.error:
            break
    assert one.status is Status.RUNNING
    assert "It is asked again in about" in one.error
    cancelled = await lab.service.cancel(lab.operator, made.id)
    await carried
    assert (cancelled.status, cancelled.error) == (Status.CANCELLED, "")


async def test_r18_a_server_that_comes_back_is_asked_on(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FIRST_PAUSE_SECONDS", 0.01)
    lab.fill(6)
    done = await lab.ran(prompt("twice", "{{ good }}", "500-twice"), concurrency=2)
    assert (done.status, done.progress.num_done) == (Status.DONE, 6)


async def test_r18_what_is_refused_for_its_own_sake_is_not_asked_again(lab: Lab) -> None:
    lab.fill(3)
    failed = await lab.ran(prompt("refused", "{{ good }}", "400"))
    assert (failed.status, lab.num_asked, failed.progress.num_in_vain) == (Status.FAILED, 3, 3)
    said = {cell.error for cell in await lab.cells(failed)}
    assert all("temperature must lie between 0 and 2" in one for one in said)


@pytest.mark.usefixtures("brisk")
async def test_r18_what_one_experiment_found_shut_another_does_not_try_with_every_row(lab: Lab) -> None:
    lab.fill(40)
    first, second = [await lab.started(prompt("dead", "{{ good }}", "500"), concurrency=4) for _ in range(2)]
    await lab.executor.execute(first.id)
    before = lab.num_asked
    await lab.executor.execute(second.id)
    assert (await lab.service.get(lab.operator, second.id)).status is Status.FAILED
    assert lab.num_asked - before <= 3  # one call tried it, as often as a call is tried


async def test_r18_an_empty_answer_is_a_failed_cell_and_ends_no_experiment(lab: Lab) -> None:
    lab.fill(4)
    done = await lab.ran(prompt("silent", "{{ good }}", "empty"), prompt("well", "{{ good }}"))
    assert (done.status, done.progress.num_done, done.progress.num_failed) == (Status.DONE, 4, 4)
    assert done.progress.num_in_vain == 0


async def test_r18_a_wrong_key_ends_the_experiment_once_and_not_per_row(lab: Lab) -> None:
    lab.fill(40)
    lab.server.key = "another-key"
    failed = await lab.ran(concurrency=4)
    assert failed.status is Status.FAILED
    assert failed.error == "echo of lab: The provider does not accept the key."
    assert (failed.progress.num_failed, failed.progress.num_done) == (0, 0)


@pytest.mark.usefixtures("brisk")
@pytest.mark.parametrize("day", ["json-error", "html"])
async def test_r18_an_error_that_calls_itself_an_answer_is_none(lab: Lab, day: str) -> None:
    lab.fill(3)
    failed = await lab.ran(prompt("odd", "{{ good }}", day))
    assert (failed.status, failed.progress.num_done) == (Status.FAILED, 0)


async def test_r22_starting_twice_at_once_and_again_is_one_run(lab: Lab) -> None:
    lab.fill(5)
    made = await lab.service.create(lab.operator, lab.draft())
    started = await asyncio.gather(*(lab.service.start(lab.operator, made.id) for _ in range(4)))
    assert {one.shown_status for one in started} == {"running"}
    await asyncio.gather(lab.executor.execute(made.id), lab.executor.execute(made.id))
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done, len(await lab.cells(done))) == (Status.DONE, 10, 10)
    assert (await lab.service.start(lab.operator, made.id)).status is Status.DONE
    assert lab.num_asked <= 20


async def test_r17_an_embedding_model_that_asks_for_an_hour_parks_it_and_fails_no_score(lab: Lab) -> None:
    lab.fill(20)
    where, key = await lab.server.start(), lab.server.key
    model = ModelDraft("429-hour", "embedding", dimensions=DIMENSIONS)
    drafted = ProviderDraft("Vectors", where, (model,), api_key=key, allow_private_address=True, organisation="v")
    await lab.services.providers.create(lab.operator, drafted)
    near = {"kind": "similarity", "model": "429-hour"}
    parked = await lab.ran(prompt("only", "{{ good }}"), evaluators=(near,), concurrency=2)
    assert parked.status is Status.PAUSED
    assert "429-hour of vectors" in parked.error
    assert "60 min" in parked.error
    assert parked.resumes_at - utc_now() > timedelta(minutes=58)
    assert 1 <= lab.server.requests["embeddings"] <= 2, "what was in flight"
    assert not [cell for cell in await lab.cells(parked) if "similarity" in cell.scores]
