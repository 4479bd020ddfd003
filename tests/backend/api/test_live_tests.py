"""Live tests over REST: started, read, promoted, with the words of what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.prompts.types import Content, NewPrompt

ARMS = [{"version": 1, "weight": 90}, {"version": 2, "weight": 10}]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="One.")))
    await services.prompts.save_version(owner, made.id, Content(text="Two."))
    await services.prompts.set_label(owner, made.id, "production", 1)
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def start(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await client.post("/api/prompts/answer/live-tests", json={"arms": ARMS, **more})


async def test_a_test_is_started_read_and_promoted(client: httpx.AsyncClient) -> None:
    made = await start(client, metric="satisfied", margin=0.03, guardrail="latency")
    assert made.status_code == 201, made.text
    test = made.json()
    assert {name: test[name] for name in ("label", "arms", "baseline", "metric", "margin", "guardrail", "state")} == {
        "label": "production", "arms": ARMS, "baseline": 1, "metric": "satisfied", "margin": 0.03,
        "guardrail": "latency", "state": "running",
    }  # fmt: skip
    report = (await client.get(f"/api/live-tests/{test['id']}")).json()
    assert [(one["version"], one["num_conversations"]) for one in report["arms"]] == [(1, 0), (2, 0)]
    assert {(one["metric"], one["verdict"]) for one in report["standings"]} == {
        ("satisfied", "cannot_tell"), ("latency", "cannot_tell"),
    }  # fmt: skip
    promoted = await client.post(f"/api/live-tests/{test['id']}/promote", json={"version": 2})
    assert (promoted.status_code, promoted.json()["label"]["version"]) == (200, 2)
    listed = (await client.get("/api/prompts/answer/live-tests")).json()
    assert [(one["id"], one["state"]) for one in listed["live_tests"]] == [(test["id"], "promoted")]
    assert listed["next"] is None


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"arms": ARMS[:1]}, 422, "2 to 5 versions"),
        ({"label": "staging"}, 422, "no version under staging"),
        ({"arms": [{"version": 1, "weight": 0}]}, 422, "greater than or equal to 1"),
        ({"metric": "beauty"}, 422, "metric"),
        ({"arms": [*ARMS, {"version": 9, "weight": 1}]}, 404, "no version 9"),
    ],
)
async def test_a_wrong_wish_is_said_in_words(
    client: httpx.AsyncClient, more: dict[str, Any], code: int, words: str
) -> None:
    answer = await start(client, **more)
    assert answer.status_code == code
    assert words in answer.text


async def test_a_second_test_on_the_label_is_refused_until_the_first_is_stopped(client: httpx.AsyncClient) -> None:
    first = (await start(client)).json()
    again = await start(client)
    assert again.status_code == 409
    assert again.json()["detail"].startswith("A live test runs on production already.")
    stopped = await client.post(f"/api/live-tests/{first['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert (await client.post(f"/api/live-tests/{first['id']}/stop")).status_code == 409
    assert (await start(client)).status_code == 201
