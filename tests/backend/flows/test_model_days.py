"""A model server on its bad days, seen from a flow."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.flows.types import RunStatus
from tests.factories.flows import one
from tests.factories.running import Stage


@pytest.mark.parametrize("day", ["500", "429-always", "cut", "reset", "html", "broken"])
async def test_a_model_on_a_bad_day_fails_the_node_in_words(kitchen: Stage, day: str) -> None:
    outcome = await kitchen.run(one("llm", {"model": f"test:{day}"}, "prompt", "text"))
    assert outcome.status is RunStatus.FAILED
    assert outcome.error.startswith("02 work: ")
    assert outcome.error_node == "work"
    for inner in ("Error", "127.0.0.1", "Traceback"):
        assert inner not in outcome.error


@pytest.mark.parametrize("day", ["429", "500-twice", "cut-first"])
async def test_a_model_that_recovers_answers(kitchen: Stage, day: str) -> None:
    outcome = await kitchen.run(one("llm", {"model": f"test:{day}"}, "prompt", "text"))
    assert outcome.status is RunStatus.DONE, outcome.error
    _, rows = await kitchen.last()
    assert rows["work"].detail["retries"]


@pytest.mark.parametrize("day", ["hang", "hang-midway", "drip"])
async def test_a_model_that_hangs_ends_with_its_node_and_is_let_go(
    kitchen: Stage, server: ScriptedServer, day: str
) -> None:
    began = time.perf_counter()
    flow = one("llm", {"model": f"test:{day}"}, "prompt", "text", policy={"timeout_seconds": 0.5})
    outcome = await kitchen.run(flow)
    assert "longer than 0.5 s" in outcome.error
    assert time.perf_counter() - began < 2.5
    await _free(server)


@pytest.mark.parametrize("day", ["hang", "drip"])
async def test_cancel_gives_up_the_connection_to_the_model(kitchen: Stage, server: ScriptedServer, day: str) -> None:
    job = kitchen.job(one("llm", {"model": f"test:{day}"}, "prompt", "text"))
    task = kitchen.runner.start(job)
    while not server.num_open:
        await asyncio.sleep(0.01)
    began = time.perf_counter()
    kitchen.runner.cancel(job.run_id)
    assert (await task).status is RunStatus.CANCELLED
    await _free(server)
    assert time.perf_counter() - began < 2


async def _free(server: ScriptedServer) -> None:
    for _ in range(200):
        if not server.num_open:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{server.num_open} connections are still open")
