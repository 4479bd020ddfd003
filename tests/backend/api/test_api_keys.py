"""API keys over REST, and what a limit and a guess are answered with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from backend.api import limits
from backend.api.access import SESSION_COOKIE
from backend.api.app import create_api
from backend.bootstrap import Services


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    limits._known.clear()
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


@pytest.fixture
async def key(services: Services) -> str:
    return (await services.identity.create_key(await services.identity.ensure_owner(), "test")).secret


@pytest.fixture
def manager(client: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    client.headers["X-API-Key"] = key
    return client


async def test_a_key_is_made_listed_rotated_and_revoked(manager: httpx.AsyncClient) -> None:
    new = {"name": "ci", "scopes": ["flows:read"], "expires_at": "2099-01-01T00:00:00Z"}
    made = await manager.post("/api/api-keys", json=new)
    assert made.status_code == 201, made.text
    secret, key_id = made.json()["key"], made.json()["id"]
    listed = await manager.get("/api/api-keys")
    assert [one["name"] for one in listed.json()["api_keys"]] == ["test", "ci"]
    assert secret not in listed.text
    rotated = (await manager.post(f"/api/api-keys/{key_id}/rotate", json={"overlap_seconds": 0})).json()
    assert rotated["key"] != secret
    assert (await manager.get("/api/flows", headers={"X-API-Key": secret})).status_code == 401
    assert (await manager.get("/api/flows", headers={"X-API-Key": rotated["key"]})).status_code == 200
    assert (await manager.delete(f"/api/api-keys/{key_id}")).status_code == 204
    assert (await manager.get("/api/flows", headers={"X-API-Key": rotated["key"]})).status_code == 401


async def test_the_secret_is_remembered_for_no_repetition(manager: httpx.AsyncClient) -> None:
    new = {"name": "ci", "scopes": ["flows:read"]}
    answers = [await manager.post("/api/api-keys", json=new, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json()["key"] != answers[1].json()["key"]


@pytest.mark.parametrize(
    "extra",
    [{"org_id": "x"}, {"owner_id": "x"}, {"role": "owner"}, {"is_public": True}, {"id": "key_1"}, {"created_at": "x"}],
)
@pytest.mark.security("17")
async def test_row_17_a_field_that_nobody_asked_for_is_refused(
    manager: httpx.AsyncClient, extra: dict[str, object]
) -> None:
    new = {"name": "ci", "scopes": ["flows:read"], **extra}
    assert (await manager.post("/api/api-keys", json=new)).status_code == 422
    assert len((await manager.get("/api/api-keys")).json()["api_keys"]) == 1


async def limited(services: Services) -> str:
    owner = await services.identity.ensure_owner()
    return (await services.identity.create_key(owner, "limited", scopes=["knowledge:read"])).secret


@pytest.mark.security("29")
async def test_row_29_every_way_to_send_a_key_meets_the_same_scopes(
    client: httpx.AsyncClient, services: Services, key: str
) -> None:
    secret = await limited(services)
    session = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    ways = [
        {"X-API-Key": secret},
        {"x-api-key": secret},
        {"Authorization": f"Bearer {secret}"},
        {"authorization": f"bearer {secret}"},
        {"AUTHORIZATION": f"BEARER  {secret} "},
        {"X-API-Key": secret, "Authorization": f"Bearer {secret}"},
        {"X-API-Key": secret, "Cookie": f"{SESSION_COOKIE}={session}"},
        {"Authorization": f"Bearer {secret}", "Cookie": f"{SESSION_COOKIE}={session}"},
    ]
    for headers in ways:
        assert (await client.get("/api/flows", headers=headers)).status_code == 403, headers
        assert (await client.get("/api/knowledge-bases", headers=headers)).status_code == 200, headers
    both = {"X-API-Key": secret, "Authorization": f"Bearer {key}"}
    assert (await client.get("/api/flows", headers=both)).status_code == 400
    assert (await client.get("/api/flows", headers={"Cookie": f"{SESSION_COOKIE}={secret}"})).status_code == 401
    assert (await client.get("/api/flows", headers={"Cookie": f"{SESSION_COOKIE}={session}"})).status_code == 200
    assert (await client.get("/api/flows", headers={"X-API-Key": session})).status_code == 401


@pytest.mark.security("25")
@pytest.mark.parametrize("named", [[], [""], [" "], ["PROJECT", "PROJECT"]])
async def test_row_25_half_a_project_is_never_a_default(
    client: httpx.AsyncClient, services: Services, named: list[str]
) -> None:
    owner = await services.identity.ensure_owner()
    wide = (await services.identity.create_key(owner, "all", is_wide=True)).secret
    headers = [("X-API-Key", wide), *(("X-Project-Id", one) for one in named)]
    assert (await client.get("/api/flows", headers=headers)).status_code == 400
    assert (
        await client.get("/api/flows", headers={"X-API-Key": wide, "X-Project-Id": owner.project_id})
    ).status_code == 200
    assert (await client.get("/api/flows", headers={"X-API-Key": wide, "X-Project-Id": "proj_x"})).status_code == 404


async def test_l1_thirty_wrong_keys_a_minute_end_the_guessing_and_not_the_work_of_others(
    client: httpx.AsyncClient, services: Services, key: str
) -> None:
    good, fresh = {"X-API-Key": key}, {"X-API-Key": await limited(services)}
    assert (await client.get("/api/flows", headers=good)).status_code == 200
    wrong = [(await client.get("/api/flows", headers={"X-API-Key": f"sbx_{number}"})) for number in range(31)]
    assert [answer.status_code for answer in wrong] == [401] * 30 + [429]
    assert int(wrong[-1].headers["retry-after"]) <= 61
    assert (await client.get("/api/flows", headers=fresh)).status_code == 429  # it might be a guess
    assert (await client.get("/api/flows")).status_code == 401  # it is none
    assert [(await client.get("/api/flows", headers=good)).status_code for _ in range(100)] == [200] * 100


async def test_l1_a_valid_key_has_no_limit_until_one_is_set(manager: httpx.AsyncClient, services: Services) -> None:
    answer = [await manager.get("/api/flows") for _ in range(60)][-1]
    assert answer.status_code == 200
    assert "x-ratelimit-limit" not in answer.headers
    services.edge = replace(services.edge, per_second=3)
    answers = [await manager.get("/api/flows") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["x-ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert {one.headers["x-ratelimit-limit"] for one in answers} == {"3"}
    assert answers[-1].headers["retry-after"] == "1"
    other = await limited(services)
    assert (await manager.get("/api/knowledge-bases", headers={"X-API-Key": other})).status_code == 200
