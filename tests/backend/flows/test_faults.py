"""A whole server that is killed in the middle of a run, and one that is asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.flows.document import FlowDocument
from tests.factories.flows import document, form, node
from tests.serving import Server

pytestmark = pytest.mark.server
NUM_CALLS = 8
SLOW_SECONDS = 60


def chain() -> FlowDocument:
    """Return a flow that asks a model eight times, one after another, each about its own number."""
    names = [f"ask_{number}" for number in range(NUM_CALLS)]
    asks = [node(name, "llm", {"model": "slow:echo", "user": name}) for name in names]
    ends = ["input.question", *(f"{name}.text" for name in names)]
    edges = [(source, f"{name}.data") for source, name in zip(ends, names, strict=False)]
    nodes = [node("input", "input", form()), *asks, node("output", "output")]
    return document(nodes, [*edges, (ends[-1], "output.value")])


@pytest.fixture
async def model() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer(latency_seconds=0.4, keeps_requests=True)
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    key = await asyncio.to_thread(server.make_key)
    async with httpx.AsyncClient(base_url=server.base_url, headers={"X-API-Key": key}, timeout=30) as client:
        yield client


async def begin(client: httpx.AsyncClient, model_url: str) -> str:
    """Connect the model, publish the flow, and start a run that nobody waits for."""
    provider = {
        "name": "slow",
        "base_url": model_url,
        "api_key": "key",
        "allow_private_address": True,
        "models": [{"name": "echo"}],
    }
    for path, body in (
        ("/api/providers", provider),
        ("/api/flows", {"name": "Chain", "document": chain().as_json()}),
        ("/api/flows/chain/publish", {}),
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text
    accepted = await client.post("/api/flows/chain/runs", json={"input": {"question": "go"}})
    assert accepted.status_code == 202, accepted.text
    return str(accepted.json()["run_id"])


async def run_when(client: httpx.AsyncClient, run_id: str, *statuses: str) -> dict[str, Any]:
    deadline = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            run = (await client.get(f"/api/runs/{run_id}")).json()
            if run["status"] in statuses:
                return dict(run)
        await asyncio.sleep(0.05)
    raise TimeoutError(f"the run is not {statuses} after {SLOW_SECONDS} s")


def asked(model: ScriptedServer) -> list[str]:
    """Return what the model was asked, in order."""
    return [str(request["messages"][-1]["content"]) for request in model.seen if "messages" in request]


async def half_way(model: ScriptedServer) -> None:
    deadline = time.monotonic() + SLOW_SECONDS
    while len(asked(model)) < NUM_CALLS // 2:
        assert time.monotonic() < deadline, "the run does not get on"
        await asyncio.sleep(0.01)


@pytest.mark.fault
@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_a_restarted_server_goes_on_behind_the_last_finished_node(
    tmp_path: Path, model: ScriptedServer, how: str, seed: int
) -> None:
    url = await model.start()
    server = Server(tmp_path / "data", SIGNALBOX_MODELS="scripted")
    await asyncio.to_thread(server.start)
    try:
        async with client_of(server) as client:
            run_id = await begin(client, url)
            await half_way(model)
            await asyncio.sleep(random.Random(seed).random() / 2)
            await asyncio.to_thread(server.kill if how == "kill" else server.stop)
            await asyncio.to_thread(server.start)
            run = await run_when(client, run_id, "done", "failed", "cancelled")
            assert (run["status"], run["output"]) == ("done", {"answer": f"ask_{NUM_CALLS - 1}"}), run["error"]
            assert run["attempt"] == 2
            finished_before = [one["node"] for one in run["nodes"] if one["attempt"] == 1 and one["kind"] == "llm"]
            assert len(finished_before) >= NUM_CALLS // 2 - 1
            assert all(asked(model).count(name) == 1 for name in finished_before), "none of them was asked again"
            # What was under way when the process died is asked a second time; a process that ends by itself waits.
            assert len(asked(model)) - NUM_CALLS <= (1 if how == "kill" else 0)
    finally:
        await asyncio.to_thread(server.kill)


async def test_cancel_over_rest_frees_the_model_within_two_seconds(tmp_path: Path, model: ScriptedServer) -> None:
    model.latency_seconds = 60
    url = await model.start()
    server = Server(tmp_path / "data", SIGNALBOX_MODELS="scripted")
    await asyncio.to_thread(server.start)
    try:
        async with client_of(server) as client:
            run_id = await begin(client, url)
            while not model.num_open:
                await asyncio.sleep(0.01)
            began = time.monotonic()
            cancelled = (await client.post(f"/api/runs/{run_id}/cancel")).json()
            while model.num_open:
                await asyncio.sleep(0.01)
            assert time.monotonic() - began < 2
            assert cancelled["status"] == "cancelled"
            assert (await run_when(client, run_id, "cancelled"))["nodes"][1]["status"] == "cancelled"
    finally:
        await asyncio.to_thread(server.kill)
