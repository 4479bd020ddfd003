"""Streams of models that are silent, torn or odd: each ends by a timer or by its words, and is paid once."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from backend.experiments.engine import asking, lanes
from backend.experiments.types import CellStatus
from backend.ports.language_model import AgentLimits, Patience
from backend.providers.types import ModelDraft, ProviderDraft
from tests.backend.experiments.conftest import PRICE, Lab, prompt
from tests.doubles.deaf import deaf


@pytest.mark.parametrize("day", ["hang", "hang-midway", "pings", "drip"])
async def test_r19_every_silence_ends_by_a_timer_and_frees_its_socket(
    lab: Lab, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Patience(first_token=0.3, between_tokens=0.3, whole_call=1, attempts=1)
    monkeypatch.setattr(asking, "AgentLimits", partial(AgentLimits, patience=short))
    monkeypatch.setattr(lanes, "MAX_TRIES", 1)
    lab.fill(2)
    ended = await lab.ran(prompt("slow", "{{ good }}", day), prompt("well", "{{ good }}"))
    slow = [cell for cell in await lab.cells(ended) if cell.variant == "slow"]
    assert {cell.status for cell in slow} == {CellStatus.FAILED}
    assert all(cell.error for cell in slow)
    async with asyncio.timeout(2):
        while lab.server.num_open:
            await asyncio.sleep(0.01)


async def test_r19_a_model_that_takes_no_connection_fails_its_cell_in_bounded_time(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other timers of a call are left as they are: they would let it hang for minutes."""
    monkeypatch.setattr(asking, "AgentLimits", partial(AgentLimits, patience=Patience(connect=0.2, attempts=1)))
    monkeypatch.setattr(lanes, "MAX_TRIES", 1)
    lab.fill(1)
    with deaf() as base_url:
        draft = ProviderDraft("Deaf", base_url, (ModelDraft("echo", "chat"),), allow_private_address=True)
        await lab.services.providers.create(lab.operator, draft)
        async with asyncio.timeout(20):
            ended = await lab.ran(prompt("deaf", "{{ good }}", "deaf:echo"), prompt("well", "{{ good }}", "lab:echo"))
    failed, well = sorted(await lab.cells(ended), key=lambda cell: cell.variant)
    assert (failed.status, well.status) == (CellStatus.FAILED, CellStatus.DONE)
    assert "does not answer" in failed.error
    assert failed.cost == 0


async def test_r20_repeated_and_empty_deltas_make_one_answer_that_is_paid_once(lab: Lab) -> None:
    lab.fill(1)
    done = await lab.ran(prompt("stutters", "{{ good }}", "stutters"))
    (cell,) = await lab.cells(done)
    assert (cell.status, cell.output) == (CellStatus.DONE, "It is whole and and no more.")
    assert (cell.tokens_in, cell.tokens_out, cell.cost) == (2, 7, 9 * PRICE / 1_000_000)


async def test_r19_a_cancel_frees_the_sockets_of_a_silent_model_within_two_seconds(lab: Lab) -> None:
    lab.fill(4)
    made = await lab.started(prompt("slow", "{{ good }}", "hang"))
    carried = asyncio.create_task(lab.executor.execute(made.id))
    while lab.num_asked < 4:
        await asyncio.sleep(0.01)
    await lab.service.cancel(lab.operator, made.id)
    async with asyncio.timeout(2):
        while lab.server.num_open:
            await asyncio.sleep(0.01)
    await carried


@pytest.mark.parametrize("day", ["cut", "reset", "broken", "no-text", "error-midway"])
async def test_r20_a_torn_answer_is_kept_as_failed_and_never_asked_again(lab: Lab, day: str) -> None:
    lab.fill(2)
    done = await lab.ran(prompt("torn", "{{ good }}", day), prompt("whole", "{{ good }}"))
    torn = [cell for cell in await lab.cells(done) if cell.variant == "torn"]
    assert {cell.status for cell in torn} == {CellStatus.FAILED}
    assert all(cell.output and cell.detail["is_torn"] and cell.cost > 0 for cell in torn)
    assert all(cell.detail["is_estimated"] for cell in torn), "nobody counted its tokens"
    assert lab.server.requests[day] == 2
    found = await lab.service.comparison(lab.operator, done.id)
    assert {(one.variant, one.value) for one in found.metrics if one.metric == "exact"} == {("whole", 1.0)}
    assert {one.baseline_value for one in found.metrics if one.metric == "exact"} == {0.0}


async def test_r20_tokens_that_nobody_counted_are_estimated_and_said_to_be(lab: Lab) -> None:
    lab.fill(2)
    done = await lab.ran(prompt("uncounted", "{{ good }}", "no-usage"))
    cells = await lab.cells(done)
    assert all(cell.cost > 0 and cell.tokens_out > 0 and cell.detail["is_estimated"] for cell in cells)
