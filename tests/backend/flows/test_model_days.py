"""A model server on its bad days, seen from a flow."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.flows.types import RunStatus, run_topic
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
    assert time.perf_counter() - began < 20
    await _free(server)


@pytest.mark.parametrize("day", ["hang", "drip"])
async def test_cancel_gives_up_the_connection_to_the_model(kitchen: Stage, server: ScriptedServer, day: str) -> None:
    job = kitchen.job(one("llm", {"model": f"test:{day}"}, "prompt", "text"))
    task = kitchen.runner.start(job)
    while not server.num_open:
        await asyncio.sleep(0.01)
    kitchen.runner.cancel(job.run_id)
    assert (await task).status is RunStatus.CANCELLED
    await _free(server)


async def test_the_tokens_of_an_answer_that_was_cut_off_are_counted(kitchen: Stage) -> None:
    """By a time limit, and by a cancel: the provider made them, and asks for them."""
    flow = one("llm", {"model": "test:drip"}, "prompt", "text", policy={"timeout_seconds": 0.5})
    late = await kitchen.run(flow)
    assert late.usage.tokens_out > 0
    assert late.usage.tokens_in > 0
    _, rows = await kitchen.last()
    assert rows["work"].tokens_out == late.usage.tokens_out
    job = kitchen.job(one("llm", {"model": "test:drip"}, "prompt", "text"))
    task = kitchen.runner.start(job)
    async with kitchen.events.subscribe(run_topic(job.run_id)) as said:
        async for event in said:
            if event["event"] == "token":
                break
    kitchen.runner.cancel(job.run_id)
    cancelled = await task
    assert cancelled.status is RunStatus.CANCELLED
    assert cancelled.usage.tokens_out > 0
    silent = await kitchen.run(one("llm", {"model": "test:hang"}, "prompt", "text", policy={"timeout_seconds": 0.3}))
    assert silent.usage.tokens_out == 0, "nobody answered"


async def _free(server: ScriptedServer) -> None:
    for _ in range(200):
        if not server.num_open:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{server.num_open} connections are still open")
