"""Turns over REST: kept as tests, looked at, and asked again at once or as a stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.operator import Permission
from tests.backend.turns.test_keeping import ask, publish, say
from tests.factories import flows


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def test_a_turn_is_kept_and_asked_again_over_rest(services: Services, client: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "hello"})
    at = f"/api/messages/{message}"
    wish = {"expected_output": "You said hello", "dataset_name": "Over REST"}
    kept = [await client.post(f"{at}/test", json=wish) for _ in range(2)]
    assert [one.status_code for one in kept] == [201, 201]
    assert kept[0].json() == kept[1].json()
    made = await ask(services, owner, kept[0].json()["dataset_id"], "desk")
    [test] = (await client.get(f"{at}/tests")).json()["tests"]
    assert (test["row"], test["state"], test["experiment_id"], test["passed"]) == (1, "passes", made, ["desk"])

    looked = (await client.get(f"{at}/replay")).json()
    assert (looked["question"], looked["versions"], looked["cautions"], looked["deeds"]) == ("hello", [1], [], [])
    columns = [{}, {"version": 1}, {"version": 7}]
    done = (await client.post(f"{at}/replay", json={"columns": columns})).json()["columns"]
    assert [one["text"] for one in done] == ["You said hello", "You said hello", ""]
    assert "no version 7" in done[2]["error"]
    told = await client.post(f"{at}/replay", json={"stream": True})
    lines = told.text.split("\n\n")[:-1]
    assert lines[0].startswith("event: replay.step")
    name, data = lines[-1].split("\n")
    assert (name, json.loads(data.removeprefix("data: "))["text"]) == ("event: replay.done", "You said hello")


async def test_what_is_not_there_or_not_meant_is_refused(services: Services, client: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "hello"})
    for path, body in (("test", {"dataset_name": "x"}), ("replay", {}), ("replay", {"stream": True})):
        assert (await client.post(f"/api/messages/msg_none/{path}", json=body)).status_code == 404
    for body in ({"columns": []}, {"columns": [{}] * 7}, {"columns": [{"version": "newest"}]}, {"acts": "maybe"}):
        assert (await client.post(f"/api/messages/{message}/replay", json=body)).status_code == 422
    scopes = [Permission.CONVERSATIONS_READ, Permission.FLOWS_RUN]
    key = await services.identity.create_key(owner, "blind", scopes=scopes)
    for stream in (False, True):  # told before a stream begins, not by one that breaks off
        asked = client.post(
            f"/api/messages/{message}/replay", json={"stream": stream}, headers={"X-API-Key": key.secret}
        )
        assert (await asked).status_code == 403


async def test_an_experiment_is_run_again_over_rest(services: Services, client: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "hello"})
    wish = {"expected_output": "You said hello", "dataset_name": "Again"}
    kept = (await client.post(f"/api/messages/{message}/test", json=wish)).json()
    first = await ask(services, owner, kept["dataset_id"], "desk")
    assert (await client.get(f"/api/experiments/{first}/since")).json() == {"since": None}
    again = await client.post(f"/api/experiments/{first}/again")
    assert (again.status_code, again.json()["name"]) == (201, "Answers, run 2")
    since = (await client.get(f"/api/experiments/{again.json()['id']}/since")).json()["since"]
    assert (since["experiment_id"], since["green"], since["red"]) == (first, [], [])
