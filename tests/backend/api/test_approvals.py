"""Approvals over REST: a run that waits, what it asks, and decisions about it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.identity.permissions import Role
from backend.operator import Permission
from tests.factories.flows import document, form, node
from tests.factories.people import join, operator_of

RUN = {"input": {"question": "Refund it"}}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    nodes = [node("input", "input", form()), node("ask", "approval", {"question": "Pay?"}), node("output", "output")]
    flow = document(nodes, [("input.question", "ask.value"), ("ask.approved", "output.value")])
    await services.flows.create(owner, "Pay", document=flow)
    await services.flows.publish(owner, "pay")
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def test_a_run_that_waits_is_answered_read_and_decided(client: httpx.AsyncClient, services: Services) -> None:
    waits = (await client.post("/api/flows/pay/run", json=RUN)).json()
    assert (waits["status"], waits["output"], len(waits["waits_for"])) == ("waiting", None, 1)
    (listed,) = (await client.get("/api/approvals", params={"run_id": waits["run_id"]})).json()["approvals"]
    assert (listed["id"], listed["question"], listed["value"], listed["barred"]) == (
        waits["waits_for"][0], "Pay?", "Refund it", "",
    )  # fmt: skip
    path = f"/api/approvals/{listed['id']}"
    assert (await client.get(path)).json() == listed
    for body, status, words in (
        ({"hash": "0" * 32}, 409, "changed meanwhile"),
        ({"hash": listed["hash"], "value": 3}, 422, "another type"),
        ({"hash": listed["hash"], "value": None}, 422, "another type"),
    ):
        refused = await client.post(f"{path}/approve", json=body)
        assert (refused.status_code, words in refused.json()["detail"]) == (status, True), refused.text
    assert (await client.post(f"{path}/refuse", json={"hash": listed["hash"], "comment": ""})).status_code == 422
    changed = await client.post(f"{path}/approve", json={"hash": listed["hash"], "value": "Half of it"})
    assert (changed.status_code, changed.json()["state"]) == (200, "changed")
    await services.runs.execute(waits["run_id"])
    assert (await client.get(f"/api/runs/{waits['run_id']}")).json()["output"] == {"answer": "Half of it"}
    assert (await client.get("/api/approvals")).json() == {"approvals": [], "next": None}
    decided = (await client.get("/api/approvals", params={"state": "decided"})).json()["approvals"]
    assert [(one["id"], one["decided_value"]) for one in decided] == [(listed["id"], "Half of it")]


async def test_a_stream_says_that_it_waits(client: httpx.AsyncClient) -> None:
    said = (await client.post("/api/flows/pay/run", json={**RUN, "stream": True})).text
    names = [line.removeprefix("event: ") for line in said.splitlines() if line.startswith("event: ")]
    assert names[-2:] == ["node.waiting", "run.waiting"]
    last = json.loads(said.rstrip().rsplit("data: ", 1)[1])
    assert (last["status"], len(last["waits_for"])) == ("waiting", 1)
    assert '"output_preview": "Refund it"' in said


async def test_who_may_not_read_runs_hears_no_words_of_their_nodes(
    client: httpx.AsyncClient, services: Services
) -> None:
    """A draft that a person may refuse, and who refused it, stands at the nodes."""
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "asks", scopes=[Permission.FLOWS_RUN])
    said = (
        await client.post("/api/flows/pay/run", json={**RUN, "stream": True}, headers={"X-API-Key": key.secret})
    ).text
    assert "event: node.done" in said
    assert "Refund it" not in said


async def test_a_key_decides_by_its_scope_alone(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    waits = (await client.post("/api/flows/pay/run", json=RUN)).json()["waits_for"][0]
    shown = (await client.get(f"/api/approvals/{waits}")).json()
    for scope, status in ((Permission.FLOWS_RUN, 403), (Permission.FLOWS_READ, 403), (Permission.FLOWS_APPROVE, 200)):
        scopes = list({scope, Permission.FLOWS_READ})
        key = await services.identity.create_key(owner, scope.value, scopes=scopes)
        answer = await client.post(
            f"/api/approvals/{waits}/approve", json={"hash": shown["hash"]}, headers={"X-API-Key": key.secret}
        )
        assert answer.status_code == status, answer.text


async def test_who_lost_the_role_between_two_calls_decides_nothing(
    client: httpx.AsyncClient, services: Services
) -> None:
    owner = await services.identity.ensure_owner()
    rita = await operator_of(services.identity, await join(services.units, owner, "Rita", Role.ADMIN))
    theirs = {"X-API-Key": (await services.identity.create_key(rita, "Rita's")).secret}
    waits = (await client.post("/api/flows/pay/run", json=RUN)).json()["waits_for"][0]
    path = f"/api/approvals/{waits}"
    shown = await client.get(path, headers=theirs)
    assert shown.json()["barred"] == ""
    await services.identity.change_role(owner, rita.user_id, Role.VIEWER)
    refused = await client.post(f"{path}/approve", json={"hash": shown.json()["hash"]}, headers=theirs)
    again = await client.get(path, headers=theirs)
    assert (refused.status_code, again.status_code, again.json()["barred"]) == (
        403,
        200,
        "A reviewer or above decides.",
    )
    assert len((await services.approvals.waiting(owner)).items) == 1
