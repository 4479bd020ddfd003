"""Providers over REST, word for word."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.engines.language_model.scripted_server import ScriptedServer

KEY = "sk-canary-0123456789-4f2a"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as found:
        yield found


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    server = ScriptedServer(key=KEY)
    yield await server.start()
    await server.close()


def body(base_url: str, **changes) -> dict:
    model = {"name": "echo", "capabilities": {"function_calling": True}, "context_size": 8192,
             "input_price": 2.5, "output_price": 10}  # fmt: skip
    given = {"name": "Gateway", "base_url": base_url, "api_key": KEY, "allow_private_address": True, "models": [model]}
    return {**given, **changes}


async def test_a_provider_is_connected_tried_changed_and_removed(client: httpx.AsyncClient, gateway: str):
    made = await client.post("/api/providers", json=body(gateway))
    assert made.status_code == 201, made.text
    provider = made.json()
    assert provider["key"] == "Stored, ends in 4f2a"
    assert provider["models"][0]["reference"] == "gateway:echo"
    assert provider["models"][0]["capabilities"] == {"function_calling": True, "vision": False, "json_schema": False}
    listed = (await client.get("/api/providers")).json()
    assert ([one["id"] for one in listed["providers"]], listed["next"]) == ([provider["id"]], None)
    at = f"/api/providers/{provider['id']}"
    test = (await client.post(f"{at}/test")).json()
    assert (test["ok"], test["error"], test["input_tokens"], test["cost"]) == (True, None, 8, 0.0001)
    renamed = await client.put(at, json={**body(gateway, name="Renamed"), "api_key": None, "version": 1})
    assert (renamed.status_code, renamed.json()["version"]) == (200, 2)
    stale = await client.put(at, json={**body(gateway), "version": 1})
    assert stale.status_code == 409
    assert (await client.delete(at)).status_code == 204
    assert (await client.get(at)).status_code == 404
    assert (await client.post(f"{at}/restore")).json()["name"] == "Renamed"
    answers = [made, renamed, await client.get(at), await client.get("/api/providers"), await client.get("/api/models")]
    assert not any("canary" in answer.text for answer in answers)


async def test_another_base_url_without_the_key_is_refused(client: httpx.AsyncClient, gateway: str):
    made = (await client.post("/api/providers", json=body(gateway))).json()
    moved = {**body("https://public.example/v1", allow_private_address=False), "version": 1}
    del moved["api_key"]
    refused = await client.put(f"/api/providers/{made['id']}", json=moved)
    assert refused.status_code == 422
    assert "Enter the key for the new base URL" in refused.json()["detail"]


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:11434/v1", "http://169.254.169.254/v1", "nonsense"])
async def test_a_private_address_needs_the_choice(client: httpx.AsyncClient, base_url: str):
    refused = await client.post("/api/providers", json=body(base_url, allow_private_address=False))
    assert refused.status_code == 422
    assert isinstance(refused.json()["detail"], str)


async def test_capabilities_may_be_a_list_of_names(client: httpx.AsyncClient, gateway: str):
    model = {"name": "echo", "capabilities": ["function_calling", "vision"]}
    made = (await client.post("/api/providers", json=body(gateway, models=[model]))).json()
    assert made["models"][0]["capabilities"] == {"function_calling": True, "vision": True, "json_schema": False}
    unknown = body(gateway, models=[{"name": "echo", "capabilities": ["flying"]}])
    assert (await client.post("/api/providers", json=unknown)).status_code == 422


async def test_a_failed_test_is_an_answer_in_words(client: httpx.AsyncClient, gateway: str):
    made = (await client.post("/api/providers", json=body(gateway, api_key="sk-wrong-canary-0000"))).json()
    test = await client.post(f"/api/providers/{made['id']}/test", json={"model": "echo"})
    assert test.status_code == 200
    assert test.json()["ok"] is False
    assert test.json()["error"] == "The provider does not accept the key. Enter it again under Models."


async def test_the_default_model_is_chosen_and_listed(client: httpx.AsyncClient, gateway: str):
    await client.post("/api/providers", json=body(gateway))
    assert (await client.put("/api/models/default", json={"reference": "gateway:echo"})).status_code == 200
    models = (await client.get("/api/models")).json()["models"]
    assert [one["reference"] for one in models if one["is_default"]] == ["gateway:echo"]
    assert (await client.put("/api/models/default", json={"reference": "gateway:nobody"})).status_code == 404


@pytest.mark.parametrize("wrong", [{}, [], 1])
async def test_a_capability_is_a_word(client: httpx.AsyncClient, wrong: object) -> None:
    model = {"name": "m", "capabilities": [wrong]}
    body = {"name": "M", "base_url": "https://models.example.org/v1", "models": [model]}
    assert (await client.post("/api/providers", json=body)).status_code == 422
