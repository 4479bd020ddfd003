"""An experiment outlives the process that carries it: nothing is lost, and nothing is billed twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backend import bootstrap
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.experiments.engine.executor import LOOKS
from backend.experiments.errors import AttemptLost
from backend.experiments.repository import Ownership
from backend.experiments.types import CellStatus, Experiment, FlowChoice, Status, VariantDraft
from backend.flows.repository.ownership import Ownership as RunOwnership
from backend.paging import Page
from backend.ports.jobs import BY_ID
from backend.settings import SQLITE_FILE
from tests.backend.experiments.conftest import PRICE, Lab, prompt
from tests.factories import flows
from tests.serving import ROOT

# A soak kills experiments of the size that people run.
NUM_ROWS = 1_000 if "SIGNALBOX_SOAK" in os.environ else 60
CONCURRENCY = 6


async def carrier(lab: Lab, experiment_id: str) -> asyncio.subprocess.Process:
    """Start a process that carries the experiment out."""
    folder = lab.services.settings.folder
    (folder / "rows.json").write_text(json.dumps([asdict(row) for row in lab.rows]))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.backend.experiments.carrier", str(folder), experiment_id, "",
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def stop_between_writes(process: asyncio.subprocess.Process, lab: Lab) -> None:
    """Stop the process where it does not hold SQLite's lock: then nobody else could work, which is no fault of ours."""
    file = lab.services.settings.folder / SQLITE_FILE
    assert file.exists()
    async with asyncio.timeout(30):
        while True:
            process.send_signal(signal.SIGSTOP)
            with closing(sqlite3.connect(file, timeout=0.2, isolation_level=None)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                    other.execute("ROLLBACK")
                except sqlite3.OperationalError:
                    process.send_signal(signal.SIGCONT)
                    await asyncio.sleep(0.005)
                else:
                    return


async def asked(lab: Lab, number: int) -> None:
    async with asyncio.timeout(60):
        while lab.num_asked < number:
            await asyncio.sleep(0.005)


def sent(lab: Lab) -> Counter[str]:
    """Count how often the model was asked each question."""
    return Counter(request["messages"][-1]["content"] for request in lab.server.seen)


def fill_unlike(lab: Lab, num_rows: int) -> None:
    """Make rows with answers of different lengths, so that one in place of another would show in what they cost."""
    lab.fill(num_rows)
    for row in lab.rows:
        row.input["good"] = row.input["weak"] = f"a{row.number}" + " and so on" * (row.number % 7)


@pytest.mark.fault
async def test_r2_kill_9_loses_nothing_and_asks_again_only_what_was_in_flight(lab: Lab, seed: int) -> None:
    fill_unlike(lab, NUM_ROWS)
    lab.server.latency_seconds = 0.02
    await outlived(lab, seed, await lab.started(concurrency=CONCURRENCY), num_kills=2, in_flight=CONCURRENCY)


@pytest.mark.fault
async def test_r2_kill_9_of_a_thousand_rows_loses_nothing_and_bills_nothing_twice(lab: Lab, seed: int) -> None:
    fill_unlike(lab, 1_000)
    made = await lab.started(prompt("only", "{{ good }}"), concurrency=20)
    await outlived(lab, seed, made, num_kills=1, in_flight=20)


async def outlived(lab: Lab, seed: int, made: Experiment, *, num_kills: int, in_flight: int) -> None:
    """Kill what carries an experiment out, go on with it, and hold what the model heard against what is kept."""
    chance, num_rows, num_variants = random.Random(seed), len(lab.rows), len(made.draft.variants)
    kept: list[dict[str, int]] = []
    for _ in range(num_kills):
        process = await carrier(lab, made.id)
        await asked(lab, lab.num_asked + chance.randint(5, num_rows // 2))
        process.kill()
        await process.wait()
        recorded = Counter(cell.output for cell in await lab.cells(made) if cell.status is CellStatus.DONE)
        then, whole = sent(lab), {text for text, count in recorded.items() if count == num_variants}
        kept.append({text: then[text] for text in whole})
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    cells = await lab.cells(done)
    assert (done.status, done.progress.num_done) == (Status.DONE, num_variants * num_rows)
    assert len({(cell.row, cell.variant, cell.repetition) for cell in cells}) == len(cells) == num_variants * num_rows
    asked_in_all = sent(lab)
    # What stood in the record of all variants when a process was killed was never sent again.
    assert all(asked_in_all[text] == count for one in kept for text, count in one.items())
    repeated = sum(asked_in_all.values()) - num_variants * num_rows
    # Of each kill at most what was in flight, and one answer of each worker that was being written.
    assert 0 <= repeated <= num_kills * 2 * in_flight
    # The server counts a token a word, of a question and of the answer that repeats it.
    words = num_variants * sum(len(row.input["good"].split()) for row in lab.rows)
    assert (done.progress.tokens_in, done.progress.tokens_out) == (words, words)
    assert done.progress.cost == sum((cell.cost for cell in cells), Decimal(0)) == 2 * words * PRICE / 1_000_000


async def taken_over(services: Services) -> None:
    """Go on with the runs of the process that ended, as the next one does at its start."""
    async with services.units.write(BY_ID) as work:
        ownership = RunOwnership(work.session)
        dead = await ownership.owners()
        runs = [run for worker in dead for run in await ownership.take_over(worker, services.runs._worker)]
    for run_id, attempt in runs:
        await services.runs.inherit(run_id, attempt)


@pytest.mark.fault
async def test_r2_kill_9_asks_no_model_of_a_flow_twice_but_those_in_flight(lab: Lab, seed: int) -> None:
    lab.fill(NUM_ROWS // 3)
    lab.server.latency_seconds = 0.02
    document = flows.relay("lab:echo", "lab:scripted")
    await lab.services.flows.create(lab.operator, "Two", document=document)
    made = await lab.started(VariantDraft("two", flow=FlowChoice("two", "draft")), concurrency=CONCURRENCY)
    process = await carrier(lab, made.id)
    await asked(lab, random.Random(seed).randint(CONCURRENCY, NUM_ROWS // 3))
    process.kill()
    await process.wait()
    await taken_over(lab.services)
    await lab.executor.execute(made.id)
    done, cells = await lab.service.get(lab.operator, made.id), await lab.cells(made)
    assert (done.status, done.progress.num_done) == (Status.DONE, NUM_ROWS // 3)
    assert {cell.output for cell in cells} == {f"You said: q{row.number}" for row in lab.rows}
    repeated = lab.num_asked - 2 * len(cells)
    assert 0 < repeated <= CONCURRENCY, "no more than what was in flight"
    runs = (await lab.services.runs.list(lab.operator, Page(500))).items
    assert {run.id: run.usage.cost for run in runs} == {cell.run_id: cell.cost for cell in cells}


async def test_a_run_that_a_stop_cuts_is_gone_on_with_and_not_begun_again(lab: Lab) -> None:
    lab.fill(1)
    await lab.services.flows.create(lab.operator, "Two", document=flows.relay("lab:echo", "lab:hang-once"))
    made = await lab.started(VariantDraft("two", flow=FlowChoice("two", "draft")))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 2)
    await asyncio.gather(lab.executor.close(), lab.services.runs._runner.close(0))
    await carried
    heir = await bootstrap.start(lab.services.settings, serving=False)
    try:
        await taken_over(heir)
        heirs = replace(lab, services=heir)
        await heirs.executor.execute(made.id)
        (cell,), (run,) = await heirs.cells(made), (await heir.runs.list(lab.operator)).items
    finally:
        await bootstrap.stop(heir)
    assert lab.server.requests == {"echo": 1, "hang-once": 2}
    assert (cell.status, cell.run_id, cell.cost, run.attempt) == (CellStatus.DONE, run.id, run.usage.cost, 2)


@pytest.mark.fault
async def test_a_stopped_process_that_wakes_writes_nothing_more(lab: Lab, seed: int) -> None:
    chance = random.Random(seed)
    lab.fill(30)
    lab.server.latency_seconds = 0.02
    made = await lab.started(concurrency=CONCURRENCY)
    process = await carrier(lab, made.id)
    await asked(lab, chance.randint(5, 30))
    while (await lab.service.get(lab.operator, made.id)).progress.num_done < 1:
        await asyncio.sleep(0.01)
    await stop_between_writes(process, lab)
    try:
        async with asyncio.timeout(30):
            await lab.executor.execute(made.id)
    finally:
        process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(30):
            await process.wait()
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done) == (Status.DONE, 60)
    assert len(await lab.cells(done)) == 60
    assert lab.num_asked <= 60 + CONCURRENCY * 2


async def test_a_loser_of_the_attempt_can_write_nothing(lab: Lab) -> None:
    lab.fill(3)
    made = await lab.started(concurrency=2)
    async with lab.services.units.write(BY_ID) as work:
        first = await Ownership(work.session).claim(made.id, utc_now())
        assert first is not None
        work.session.expunge(first)
    async with lab.services.units.write(BY_ID) as work:
        ownership = Ownership(work.session)
        second = await ownership.claim(made.id, utc_now())
        assert second is not None
        assert second.attempt == first.attempt + 1
    async with lab.services.units.write(BY_ID) as work:
        ownership = Ownership(work.session)
        with pytest.raises(AttemptLost):
            await ownership.hold(first, utc_now())
        with pytest.raises(AttemptLost):
            await ownership.end(first, utc_now(), status=Status.DONE)


async def test_whose_clock_goes_wrong_takes_over_nobody_but_the_silent(lab: Lab) -> None:
    """A process whose clock was two minutes ahead once took every experiment from the one that carried it."""
    lab.fill(3)
    made = await lab.started()

    async def written(by_clock: timedelta) -> None:
        async with lab.services.units.write(BY_ID) as work:
            await Ownership(work.session).hold(carried, utc_now() + by_clock)

    async with lab.services.units.write(BY_ID) as work:
        carried = await Ownership(work.session).claim(made.id, utc_now())
        assert carried is not None
        work.session.expunge(carried)
    for minutes in range(-LOOKS, LOOKS):
        await written(timedelta(minutes=minutes))
        assert await lab.executor.waiting() == []
    looks = [await lab.executor.waiting() for _ in range(LOOKS)]
    assert [len(found) for found in looks] == [0] * (LOOKS - 1) + [1]
    await written(timedelta(hours=-1))
    assert await lab.executor.waiting() == []


async def test_an_answer_that_was_paid_for_is_judged_and_not_asked_again(lab: Lab) -> None:
    lab.fill(4)
    judged = ({"kind": "judge", "rubric": "Right?", "model": "echo"},)
    made = await lab.started(prompt("only", "{{ good }}", "no-usage"), evaluators=judged, concurrency=2)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.server.requests["echo"] < 1:
        await asyncio.sleep(0.002)
    carried.cancel()
    await asyncio.gather(carried, return_exceptions=True)
    answered = [cell for cell in await lab.cells(made) if cell.status is CellStatus.ANSWERED]
    asked_before = lab.server.requests["no-usage"]
    assert answered
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.status, done.progress.num_done) == (Status.DONE, 4)
    assert lab.server.requests["no-usage"] <= 4 + max(0, asked_before - len(answered))


async def test_a_stopping_process_hands_the_rest_back(lab: Lab) -> None:
    lab.fill(40)
    lab.server.latency_seconds = 0.05
    made = await lab.started(concurrency=4)
    carried = asyncio.create_task(lab.executor.execute(made.id))
    await asked(lab, 8)
    await lab.executor.close()
    await carried
    handed = await lab.service.get(lab.operator, made.id)
    assert (handed.status, handed.progress.num_running) == (Status.QUEUED, 0)
    assert handed.progress.num_done == lab.num_asked < 80
    assert [one.row_id for one in await lab.opened.executor.waiting()] == [made.id]
