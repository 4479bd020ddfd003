"""An answer that lasts ends when its reader may have it no more, as an open socket does; the run itself goes on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.scripted_thread import scripted_server
from tests.factories import flows
from tests.journeys.test_attacks import SECONDS_TO_BE_OUT
from tests.journeys.test_sockets_end import (
    Act,
    client_of,
    id_of,
    joined,
    remove,
    revoke_elsewhere,
    sign_out_everywhere,
)
from tests.serving import Server

KEY = "scripted-key"
# One says a word every 50 ms and never ends; the other falls silent in the middle.
TALKS, SILENT = "drip", "hang-midway"


async def demote(server: Server, owner: httpx.AsyncClient, cookie: str) -> None:
    member = await id_of(server, cookie)
    assert (await owner.patch(f"/api/members/{member}", json={"role": "viewer"})).status_code == 204


ENDS: dict[str, tuple[Act, str, str]] = {
    "removed": (remove, TALKS, "no project of that id"),
    "made a viewer": (demote, SILENT, "flows:run"),
    "signed out everywhere": (sign_out_everywhere, SILENT, "Sign in"),
    "revoked by another process": (revoke_elsewhere, TALKS, "Sign in"),
}


@pytest.fixture(scope="module")
def endless(server: Server) -> Iterator[httpx.Client]:
    """Publish a flow for each of the two models, named as they are; yield the owner's way to the API."""
    key = server.make_key()
    with (
        scripted_server(ScriptedServer(key=KEY)) as base_url,
        httpx.Client(base_url=f"{server.base_url}/api", headers={"X-API-Key": key}, timeout=60) as owner,
    ):
        body = {"name": "Endless", "base_url": base_url, "api_key": KEY, "allow_private_address": True}
        models = [{"name": TALKS}, {"name": SILENT}]
        provider = owner.post("/providers", json={**body, "models": models}).raise_for_status().json()
        for model in provider["models"]:
            asking = flows.one("llm", {"model": model["reference"], "user": "{{ input.question }}"}, "prompt", "text")
            new = {"name": model["name"], "slug": model["name"], "document": asking.as_json()}
            owner.post("/flows", json=new).raise_for_status()
            owner.post(f"/flows/{model['name']}/publish", json={}).raise_for_status()
        yield owner
        for model in provider["models"]:
            owner.delete(f"/flows/{model['name']}").raise_for_status()
        owner.delete(f"/providers/{provider['id']}").raise_for_status()


@asynccontextmanager
async def reading(caller: httpx.AsyncClient, flow: str) -> AsyncIterator[AsyncIterator[tuple[str, dict]]]:
    """Run a flow and yield its events, each with its name."""

    async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict]]:
        name = ""
        async for line in answer.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "data":
                yield name, json.loads(value)
            name = value

    async with caller.stream(
        "POST", f"/api/flows/{flow}/run", json={"input": {"question": "x"}, "stream": True}
    ) as one:
        assert one.status_code == 200
        yield events(one)


async def begun(events: AsyncIterator[tuple[str, dict]]) -> str:
    """Read until the model has said something; return the id of the run."""
    async for name, data in events:
        if name == "token":
            return str(data["run_id"])
    raise AssertionError("the model said nothing")


def still_runs(owner: httpx.Client, run_id: str) -> bool:
    """Tell whether the run went on, and end it."""
    status = owner.get(f"/runs/{run_id}").json()["status"]
    owner.post(f"/runs/{run_id}/cancel").raise_for_status()
    return bool(status == "running")


@pytest.mark.security("27")
@pytest.mark.parametrize("end", ENDS)
async def test_row_27_a_stream_of_events_ends_with_a_word_of_why(
    server: Server, endless: httpx.Client, end: str
) -> None:
    act, flow, why = ENDS[end]
    async with httpx.AsyncClient(base_url=server.base_url, headers=endless.headers) as owner:
        cookie = await joined(server, owner, f"Rosa{[*ENDS].index(end)}")
        async with client_of(server, cookie) as reader, reading(reader, flow) as events:
            run_id = await begun(events)
            await act(server, owner, cookie)
            ended_at = time.monotonic()
            told = [event async for event in events]
    assert time.monotonic() - ended_at < SECONDS_TO_BE_OUT
    assert told[-1][0] == "access.ended"
    assert why in told[-1][1]["detail"]
    assert still_runs(endless, run_id)


@pytest.mark.security("27")
async def test_row_27_a_revoked_key_hears_no_more_and_a_call_that_waits_is_refused(
    server: Server, endless: httpx.Client
) -> None:
    made = endless.post("/api-keys", json={"name": "reader", "scopes": ["flows:run"]}).raise_for_status().json()
    headers = {"X-API-Key": made["key"]}
    async with (
        httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=30) as caller,
        reading(caller, TALKS) as events,
    ):
        run_id = await begun(events)
        wish = {"input": {"question": "x"}}
        waiting = asyncio.create_task(caller.post(f"/api/flows/{SILENT}/run", json=wish))
        while not (others := running(endless) - {run_id}):
            await asyncio.sleep(0.1)
        endless.delete(f"/api-keys/{made['id']}").raise_for_status()
        ended_at = time.monotonic()
        told = [event async for event in events]
        refused = await waiting
    assert time.monotonic() - ended_at < SECONDS_TO_BE_OUT
    assert told[-1] == ("access.ended", {"detail": "This API key is not valid."})
    assert (refused.status_code, refused.json()) == (401, {"detail": "This API key is not valid."})
    assert all(still_runs(endless, one) for one in {run_id, *others})


@pytest.mark.security("27")
async def test_row_27_a_file_that_is_being_sent_is_broken_off(server: Server, endless: httpx.Client) -> None:
    base = endless.post("/knowledge-bases", json={"name": "Long"}).raise_for_status().json()["id"]
    # More than the buffers of both sides hold, so that the answer waits for its reader.
    file = {"files": ("long.txt", b"sixteen letters\n" * 1_500_000)}
    [document] = endless.post(f"/knowledge-bases/{base}/documents", files=file).raise_for_status().json()["documents"]
    made = endless.post("/api-keys", json={"name": "reader", "scopes": ["knowledge:read"]}).raise_for_status().json()
    with httpx.stream(
        "GET", f"{server.base_url}/api/documents/{document['id']}/file", headers={"X-API-Key": made["key"]}
    ) as answer:
        blocks = answer.iter_raw()
        num_bytes = len(next(blocks))
        endless.delete(f"/api-keys/{made['id']}").raise_for_status()
        while "an answer was broken off" not in server.last_log:
            await asyncio.sleep(0.1)
        with pytest.raises(httpx.RemoteProtocolError):
            num_bytes += sum(map(len, blocks))
    assert num_bytes < document["size_bytes"]
    endless.delete(f"/knowledge-bases/{base}").raise_for_status()


def running(owner: httpx.Client) -> set[str]:
    return {one["run_id"] for one in owner.get("/runs").json()["runs"] if one["status"] == "running"}
