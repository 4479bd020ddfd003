"""Secrets and variables over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services

CANARY = "canary-9f1c-value-4f2a"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def test_a_secret_goes_in_and_never_comes_back(client: httpx.AsyncClient) -> None:
    put = await client.put("/api/secrets/SHOP_KEY", json={"value": CANARY})
    assert (put.status_code, put.json()["value"]) == (200, "Stored, ends in 4f2a")
    listed = await client.get("/api/secrets")
    assert [one["name"] for one in listed.json()["secrets"]] == ["SHOP_KEY"]
    wrong = await client.put("/api/secrets/SHOP_KEY", json={"value": CANARY, "project_id": "x"})
    assert wrong.status_code == 422
    assert not any("canary" in answer.text for answer in (put, listed, wrong))
    assert (await client.delete("/api/secrets/SHOP_KEY")).status_code == 204
    assert (await client.delete("/api/secrets/SHOP_KEY")).status_code == 404


async def test_a_variable_is_put_read_and_removed(client: httpx.AsyncClient) -> None:
    assert (await client.put("/api/variables/REGION", json={"value": "eu"})).json()["value"] == "eu"
    assert [one["value"] for one in (await client.get("/api/variables")).json()["variables"]] == ["eu"]
    assert (await client.delete("/api/variables/REGION")).status_code == 204
    assert (await client.get("/api/variables")).json() == {"variables": [], "next": None}
