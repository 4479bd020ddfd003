"""Who asks, members, projects, invitations and group rules over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.access import SESSION_COOKIE
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.identity.permissions import Role
from tests.factories.people import join


def browser(token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", cookies={SESSION_COOKIE: token})


@pytest.fixture
async def owner(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    token = await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())
    async with browser(token) as client:
        yield client


@pytest.fixture
async def lena(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(await join(services.units, await services.identity.ensure_owner(), "Lena", Role.VIEWER)) as one:
        yield one


async def test_a_session_says_who_asks_and_in_which_project(owner: httpx.AsyncClient) -> None:
    me = (await owner.get("/api/me")).json()
    assert (me["role"], me["via"], "members:manage" in me["permissions"]) == ("owner", "session", True)
    made = (await owner.post("/api/projects", json={"name": "Billing"})).json()
    for call in ({"headers": {"X-Project-Id": made["id"]}}, {"params": {"project_id": made["id"]}}):
        assert (await owner.get("/api/me", **call)).json()["project_id"] == made["id"]
    assert (await owner.get("/api/me")).json()["project_id"] == me["project_id"]


async def test_a_foreign_project_and_an_unknown_one_are_not_found(owner: httpx.AsyncClient) -> None:
    for path in ("/api/me", "/api/flows", "/api/members"):
        refused = await owner.get(path, headers={"X-Project-Id": "proj_unknown"})
        assert (refused.status_code, refused.json()["detail"]) == (
            404,
            "There is no project of that id. Choose one in the bar.",
        )


async def test_what_stands_in_one_project_is_not_found_from_another(owner: httpx.AsyncClient) -> None:
    other = {"X-Project-Id": (await owner.post("/api/projects", json={"name": "Billing"})).json()["id"]}
    base = (await owner.post("/api/knowledge-bases", json={"name": "Handbook"})).json()
    assert (await owner.get(f"/api/knowledge-bases/{base['id']}")).status_code == 200
    assert (await owner.get(f"/api/knowledge-bases/{base['id']}", headers=other)).status_code == 404
    assert (await owner.get("/api/knowledge-bases", headers=other)).json()["knowledge_bases"] == []


async def test_members_are_listed_changed_and_removed(owner: httpx.AsyncClient, lena: httpx.AsyncClient) -> None:
    listed = (await owner.get("/api/members", params={"query": "lena"})).json()["members"]
    assert [(one["name"], one["role"], one["project_roles"]) for one in listed] == [("Lena", "viewer", {})]
    at, here = f"/api/members/{listed[0]['id']}", (await owner.get("/api/me")).json()["project_id"]
    assert (await owner.patch(at, json={"role": "editor", "project_id": here})).status_code == 204
    assert (await lena.get("/api/me")).json()["role"] == "editor"
    assert (await owner.patch(at, json={"role": None, "project_id": here})).status_code == 204
    assert (await owner.patch(at, json={"role": "reviewer"})).status_code == 204
    assert (await lena.get("/api/me")).json()["organisation_role"] == "reviewer"
    assert (await lena.patch(at, json={"role": "owner"})).status_code == 403
    assert (await owner.patch(at, json={"role": "editor", "user_id": "user_2"})).status_code == 422
    assert (await owner.delete(at)).status_code == 204
    assert (await lena.get("/api/me")).status_code == 401


async def test_a_member_may_leave(lena: httpx.AsyncClient) -> None:
    assert (await lena.delete(f"/api/members/{(await lena.get('/api/me')).json()['id']}")).status_code == 204
    assert (await lena.get("/api/me")).status_code == 401


async def test_an_invitation_is_made_once_sent_again_and_taken_back(owner: httpx.AsyncClient) -> None:
    made = await owner.post("/api/invitations", json={"email": "piet@northlight.example", "role": "editor"})
    assert (made.status_code, bool(made.json()["token"]), made.json()["mailed"]) == (201, True, False)
    again = await owner.post("/api/invitations", json={"email": "PIET@northlight.example"})
    assert (again.status_code, "waits already" in again.json()["detail"]) == (409, True)
    listed = (await owner.get("/api/invitations")).json()["invitations"]
    assert [(one["email"], one["token"]) for one in listed] == [("piet@northlight.example", None)]
    at = f"/api/invitations/{made.json()['id']}"
    assert (await owner.post(f"{at}/resend")).json()["token"] != made.json()["token"]
    assert [(await owner.delete(at)).status_code for _ in range(2)] == [204, 404]


async def test_group_rules_are_made_and_ended(owner: httpx.AsyncClient, lena: httpx.AsyncClient) -> None:
    made = await owner.post("/api/group-rules", json={"group": "platform", "role": "editor"})
    assert (made.status_code, made.json()["num_members"]) == (201, 0)
    assert (await owner.post("/api/group-rules", json={"group": "all", "role": "owner"})).status_code == 422
    assert len((await lena.get("/api/group-rules")).json()["group_rules"]) == 1
    assert (await lena.delete(f"/api/group-rules/{made.json()['id']}")).status_code == 403
    assert (await owner.delete(f"/api/group-rules/{made.json()['id']}")).status_code == 204


async def test_the_organisation_is_read_and_renamed(owner: httpx.AsyncClient, lena: httpx.AsyncClient) -> None:
    assert (await owner.patch("/api/organisation", json={"name": "Alder & Rowe"})).json()["name"] == "Alder & Rowe"
    assert (await lena.get("/api/organisation")).json()["name"] == "Alder & Rowe"
    assert (await lena.patch("/api/organisation", json={"name": "Mine"})).status_code == 403
    assert (await owner.patch("/api/organisation", json={"name": " "})).status_code == 422


async def test_a_reset_link_is_of_no_key_and_of_nobody_without_the_right(
    owner: httpx.AsyncClient, lena: httpx.AsyncClient
) -> None:
    [id_of_lena] = [one["id"] for one in (await owner.get("/api/members")).json()["members"] if one["name"] == "Lena"]
    at = f"/api/members/{id_of_lena}/reset-link"
    assert (await lena.post(at)).status_code == 403
    assert (await owner.post(at)).status_code in {403, 422}, "a key, or a member without a password"


async def test_projects_are_named_and_closed(owner: httpx.AsyncClient, lena: httpx.AsyncClient) -> None:
    made = (await owner.post("/api/projects", json={"name": "Billing"})).json()
    at = f"/api/projects/{made['id']}"
    assert (await owner.patch(at, json={"name": "Bills", "time_zone": "Europe/Berlin"})).json()["name"] == "Bills"
    assert (await owner.patch(at, json={"name": "Bills", "time_zone": "Moon"})).status_code == 422
    assert (await lena.delete(at)).status_code == 403
    assert [(await owner.delete(at)).status_code for _ in range(2)] == [204, 404]
    left = (await owner.get("/api/projects")).json()["projects"]
    assert (len(left), (await owner.delete(f"/api/projects/{left[0]['id']}")).status_code) == (1, 409)
