"""A person's data counted, given out and removed over REST, also where the removal fails."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.ports.traces import Span
from tests.factories.conversations import chat

ADA = {"user": "ada"}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def test_a_removal_that_failed_is_told_and_tried_again(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await services.identity.ensure_owner()
    await chat(services.conversations, services.units, owner, said="zwiebelkuchen", ask={"person": "ada"})
    told = {"user.id": "ada", "gen_ai.operation.name": "execute_tool"}  # nothing is said in it
    span = Span("a" * 32, "b" * 16, "", "execute_tool lamp", utc_now(), utc_now(), told)
    await services.conversations.take_spans(owner, [span])
    found = (await client.post("/api/privacy/people/find", json={"text": "AD"})).json()["people"]
    assert found == [{"user": "ada", "conversations": 1, "member": ""}]
    counted = (await client.post("/api/privacy/people/look", json=ADA)).json()
    assert (counted["conversations"], counted["messages"], counted["traces"]) == (1, 2, 1)
    packed = await client.post("/api/privacy/people/export", json=ADA)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert "zwiebelkuchen" in json.dumps(json.loads(archive.read("person.json"))["conversations"])
    asked = await client.post("/api/privacy/people/remove", json=ADA)
    path = f"/api/privacy/removals/{asked.json()['id']}"

    async def full() -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(services.database, "scrub", full)
        await services.privacy.execute(asked.json()["id"])
    failed = (await client.get(path)).json()
    assert (asked.status_code, failed["state"], failed["done"]) == (202, "failed", 1)
    assert failed["error"]
    again = await client.post(f"{path}/retry")
    assert (again.status_code, again.json()["state"], again.json()["error"]) == (202, "queued", "")
    await services.privacy.execute(asked.json()["id"])
    assert (await client.get("/api/privacy/removals")).json()["removals"][0]["state"] == "done"
    assert (await client.post("/api/privacy/people/look", json=ADA)).status_code == 404
    assert (await client.post("/api/privacy/removals/privacy_unknown/retry")).status_code == 404
