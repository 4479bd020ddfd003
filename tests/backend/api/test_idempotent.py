"""A repeated POST through a real FastAPI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from backend.api import errors
from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import Services
from backend.errors import InvalidInput
from backend.operator import Operator, Permission

made: list[str] = []
router = APIRouter(route_class=IdempotentRoute)


@router.post("/things", status_code=201)
async def make(body: dict[str, Any], operator: Annotated[Operator, allowed(Permission.FLOWS_EDIT)]) -> dict[str, str]:
    await asyncio.sleep(body.get("seconds", 0))
    if body.get("bad"):
        raise InvalidInput("No.")
    made.append(operator.project_id)
    return {"id": str(len(made))}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    made.clear()
    app = FastAPI()
    errors.install(app)
    app.include_router(router)
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    headers = {"X-API-Key": key.secret}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test", headers=headers
    ) as found:
        yield found


async def test_the_same_request_twice_makes_one_thing(client: httpx.AsyncClient) -> None:
    first = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    second = await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(made) == 1


async def test_another_request_under_the_same_key_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k"})
    other = await client.post("/things", json={"a": 2}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert len(made) == 1


async def test_two_at_once_make_one_thing(client: httpx.AsyncClient) -> None:
    body = {"seconds": 0.3}
    answers = await asyncio.gather(
        *(client.post("/things", json=body, headers={"Idempotency-Key": "k"}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(made) == 1


async def test_a_refused_request_may_be_sent_again(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.post("/things", json={"bad": True}, headers={"Idempotency-Key": "k"})).status_code == 422
    assert made == []


async def test_without_a_key_each_request_stands_for_itself(client: httpx.AsyncClient) -> None:
    await client.post("/things", json={})
    await client.post("/things", json={})
    assert len(made) == 2


async def test_without_a_credential_nothing_is_remembered(client: httpx.AsyncClient) -> None:
    client.headers.pop("X-API-Key")
    refused = await client.post("/things", json={}, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
