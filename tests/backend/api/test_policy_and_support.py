"""How members sign in, and who of support is let in, over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.identity.permissions import Role
from tests.doubles.provider import Provider, config_of
from tests.factories.people import join, operator_of

HERE = "http://127.0.0.1:3000"


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Hold a key of the owner."""
    provider = Provider(config_of())
    provider.is_down = True
    services.sign_in._parts.providers["test"] = provider.engine  # type: ignore[index]
    key = await services.identity.create_key(await services.identity.ensure_owner(), "policy")
    transport = httpx.ASGITransport(create_api())
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers={"X-API-Key": key.secret}) as client:
        yield client


async def test_the_policy_is_read_with_its_providers_and_set_whole(services: Services, api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/sign-in-policy")).json()
    assert (found["local_accounts"], found["provider_only"], found["domains"]) == (True, False, [])
    assert [(one["callback_url"], one["state"]) for one in found["providers"]] == [
        (f"{HERE}/sign-in/callback/test", "unknown")
    ]
    await services.sign_in.check_provider(await services.identity.ensure_owner(), "test")
    chosen = {"domains": ["Rowe.example"], "domain_role": "reviewer", "groups": ["ops"]}
    answer = await api.put("/api/sign-in-policy", json=chosen)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["domains"], answer.json()["providers"][0]["state"]) == (["rowe.example"], "down")
    assert (await api.get("/api/sign-in-policy")).json()["groups"] == ["ops"]
    assert "sssh" not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"provider_only": True}, 409),
        ({"local_accounts": False}, 409),
        ({"domains": ["rowe"]}, 422),
        ({"domain_role": "owner"}, 422),
        ({"organisation_id": "org_1"}, 422),
    ],
)
async def test_a_policy_that_cannot_be_is_refused(api: httpx.AsyncClient, body: dict[str, object], status: int) -> None:
    assert (await api.put("/api/sign-in-policy", json=body)).status_code == status


async def test_support_is_let_in_listed_and_taken_back(services: Services, api: httpx.AsyncClient) -> None:
    owner = await services.identity.ensure_owner()
    maren = await operator_of(services.identity, await join(services.units, owner, "Maren", Role.EDITOR))
    kim = await join(services.units, owner, "Kim", Role.VIEWER)
    wanted = {"email": "kim@alder-rowe.example", "user_id": maren.user_id, "role": "editor", "minutes": 30}
    made = (await api.post("/api/support-grants", json=wanted)).json()
    await services.identity.start_support(kim, made["id"])
    listed = (await api.get("/api/support-grants")).json()
    assert [(one["support"], one["name"], one["in_use"]) for one in listed["support_grants"]] == [
        ("Kim", "Maren", True)
    ]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()), base_url=HERE, headers={"Cookie": f"signalbox_session={kim}"}
    ) as acting:
        me = (await acting.get("/api/me")).json()
        assert (me["name"], me["support"], me["role"]) == ("Maren", "Kim", "editor")
        assert (await acting.delete(f"/api/members/{maren.user_id}")).status_code == 403
        assert (await api.delete(f"/api/support-grants/{made['id']}")).status_code == 204
        assert (await acting.get("/api/me")).json()["name"] == "Kim"
    assert (await api.delete("/api/support-grants/supp_unknown")).status_code == 404
    for wrong in ({"minutes": 0}, {"role": "owner"}, {"email": "nobody@x.example"}, {"granted_by": maren.user_id}):
        assert (await api.post("/api/support-grants", json={**wanted, **wrong})).status_code == 422
