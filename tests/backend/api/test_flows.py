"""Flows and runs over REST, as the outside sees them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.identity.permissions import Role
from tests.factories.flows import document, echo, fork, form, greeting, node
from tests.factories.people import join, operator_of


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}
    ) as found:
        yield found


async def publish(client: httpx.AsyncClient, document) -> None:
    made = await client.post("/api/flows", json={"name": "Echo", "document": document.as_json()})
    assert made.status_code == 201, made.text
    assert (await client.post("/api/flows/echo/publish", json={"comment": "first"})).status_code == 201


async def test_a_flow_is_made_changed_published_and_run(client: httpx.AsyncClient) -> None:
    await publish(client, greeting())
    ran = await client.post("/api/flows/echo/run", json={"input": {"question": "you"}})
    assert ran.status_code == 200
    answer = ran.json()
    assert set(answer) == {"run_id", "status", "output", "usage", "citations", "conversation_id"}
    assert (answer["status"], answer["output"], answer["citations"]) == ("done", {"answer": "Hello you"}, [])
    found = (await client.get(f"/api/runs/{answer['run_id']}")).json()
    assert (found["status"], found["version"], found["flow"]) == ("done", 1, "echo")
    assert [(one["plate"], one["node"], one["status"]) for one in found["nodes"]] == [
        (1, "input", "done"),
        (2, "hello", "done"),
        (3, "output", "done"),
    ]
    listed = (await client.get("/api/flows/echo/runs")).json()
    assert [run["id"] for run in listed["runs"]] == [answer["run_id"]]
    assert listed["next"] is None


async def test_a_protected_flow_answers_202_and_waits(client: httpx.AsyncClient, services: Services) -> None:
    await publish(client, echo())
    flow = (await client.get("/api/flows/echo")).json()
    await client.put("/api/flows/echo", json={"version": flow["version"], "document": greeting().as_json()})
    put = await client.put("/api/flows/echo/protection", json={"protected": True})
    assert (put.status_code, put.json()) == (200, {"protected": True})
    assert (await client.get("/api/flows/echo")).json()["is_protected"] is True
    asked = await client.post("/api/flows/echo/publish", json={"comment": "Greets"})
    assert (asked.status_code, asked.json()["version"], asked.json()["approval"]["state"]) == (202, None, "waiting")
    (waiting,) = (await client.get("/api/publish-approvals?flow=echo")).json()["approvals"]
    assert (waiting["id"], waiting["version"]) == (asked.json()["approval"]["id"], 2)
    assert (await client.get("/api/publish-approvals?state=gone")).status_code == 422
    path = f"/api/publish-approvals/{waiting['id']}"
    own = await client.post(f"{path}/approve")
    assert (own.status_code, "Nobody approves their own change" in own.json()["detail"]) == (403, True)
    token = await join(services.units, await services.identity.ensure_owner(), "Yuki", Role.ADMIN)
    yuki = await operator_of(services.identity, token)
    headers = {"X-API-Key": (await services.identity.create_key(yuki, "hers")).secret}
    assert (await client.post(f"{path}/refuse", json={"reason": ""}, headers=headers)).status_code == 422
    made = await client.post(f"{path}/approve", headers=headers)
    assert (made.status_code, made.json()["number"], made.json()["approved_by"]) == (201, 2, "Yuki")
    taken = await client.post(f"{path}/withdraw")
    assert (taken.status_code, "approved by Yuki already" in taken.json()["detail"]) == (409, True)


async def test_a_stale_put_is_refused_with_409(client: httpx.AsyncClient) -> None:
    await publish(client, echo())
    flow = (await client.get("/api/flows/echo")).json()
    body = {"version": flow["version"], "document": greeting().as_json(), "name": "Hello"}
    saved = await client.put("/api/flows/echo", json=body)
    assert (saved.status_code, saved.json()["version"], saved.json()["name"]) == (200, flow["version"] + 1, "Hello")
    assert saved.json()["is_changed"]
    stale = await client.put("/api/flows/echo", json=body)
    assert stale.status_code == 409
    assert "saved this draft" in stale.json()["detail"]


async def test_the_published_version_answers_unless_the_draft_is_asked_for(client: httpx.AsyncClient) -> None:
    await publish(client, echo())
    await client.put("/api/flows/echo", json={"version": 1, "document": greeting().as_json()})
    run = {"input": {"question": "you"}}
    answers = [
        (await client.post("/api/flows/echo/run", json={**run, **version})).json()["output"]["answer"]
        for version in ({}, {"version": "draft"}, {"version": 1}, {"version": "published"}, {"version": None})
    ]
    assert answers == ["you", "Hello you", "you", "you", "you"]
    assert (await client.post("/api/flows/echo/run", json={**run, "version": 9})).status_code == 404


async def test_a_run_streams_its_events_in_order(client: httpx.AsyncClient) -> None:
    await publish(client, greeting())
    body = {"input": {"question": "you"}, "stream": True}
    async with client.stream("POST", "/api/flows/echo/run", json=body) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = [block for block in (await answer.aread()).decode().split("\n\n") if block]
    names = [block.splitlines()[0] for block in blocks]
    assert names == [
        *["event: node.started", "event: node.done"] * 3,
        "event: run.done",
    ]
    last = json.loads(blocks[-1].splitlines()[1].removeprefix("data: "))
    assert (last["status"], last["output"], last["citations"]) == ("done", {"answer": "Hello you"}, [])
    assert last["run_id"].startswith("run_")
    assert (await client.get(f"/api/runs/{last['run_id']}")).json()["status"] == "done"


async def test_an_asynchronous_run_is_accepted_and_then_done(client: httpx.AsyncClient, services: Services) -> None:
    await services.jobs.start()
    try:
        await publish(client, greeting())
        accepted = await client.post("/api/flows/echo/runs", json={"input": {"question": "you"}})
        assert accepted.status_code == 202
        run_id = accepted.json()["run_id"]
        for _ in range(500):
            run = (await client.get(f"/api/runs/{run_id}")).json()
            if run["status"] == "done":
                break
            await asyncio.sleep(0.02)
        assert run["output"] == {"answer": "Hello you"}
        assert (await client.post(f"/api/runs/{run_id}/cancel")).json()["status"] == "done"
    finally:
        await services.jobs.stop()


async def test_an_idempotency_key_makes_one_run(client: httpx.AsyncClient) -> None:
    await publish(client, echo())
    body, headers = {"input": {"question": "you"}}, {"Idempotency-Key": "once"}
    first = await client.post("/api/flows/echo/run", json=body, headers=headers)
    second = await client.post("/api/flows/echo/run", json=body, headers=headers)
    assert first.json() == second.json()
    assert len((await client.get("/api/runs")).json()["runs"]) == 1
    for status, number in (("done", 1), ("failed", 0)):
        assert len((await client.get(f"/api/runs?status={status}")).json()["runs"]) == number
    assert (await client.get("/api/runs?status=over")).status_code == 422


@pytest.mark.parametrize(
    "extra",
    [
        {"data": {"nodes": []}},
        {"document": {"nodes": []}},
        {"project_id": "proj_other"},
        {"owner_id": "x"},
    ],
)
async def test_a_run_takes_no_graph_and_no_tenant_from_the_request(client: httpx.AsyncClient, extra: dict) -> None:
    await publish(client, echo())
    refused = await client.post("/api/flows/echo/run", json={"input": {"question": "x"}, **extra})
    assert refused.status_code == 422
    made = await client.post("/api/flows", json={"name": "Other", **extra})
    assert made.status_code == (201 if "document" in extra else 422)


async def test_edits_over_rest_answer_with_problems_and_their_inverse(client: httpx.AsyncClient) -> None:
    await publish(client, echo())
    body = {"version": 1, "operations": [{"op": "add_node", "node": node("extra", "template")}]}
    saved = (await client.post("/api/flows/echo/operations", json=body)).json()
    assert saved["version"] == 2
    assert {problem["node"] for problem in saved["problems"]} == {"extra"}
    assert saved["inverse"] == [{"op": "remove_node", "node": "extra"}]
    assert (await client.post("/api/flows/echo/operations", json=body)).status_code == 409
    assert (await client.get("/api/flows/echo/problems")).json()["problems"]
    assert (await client.post("/api/flows/echo/publish", json={})).status_code == 409


async def test_versions_are_listed_read_and_restored(client: httpx.AsyncClient) -> None:
    await publish(client, fork())
    listed = (await client.get("/api/flows/echo/versions")).json()
    assert [(version["number"], version["comment"]) for version in listed["versions"]] == [(1, "first")]
    version = (await client.get("/api/flows/echo/versions/1")).json()
    assert [one["id"] for one in version["document"]["nodes"]] == ["input", "which", "money", "other", "output"]
    restored = await client.post("/api/flows/echo/versions/1/restore", json={"version": 1})
    assert restored.json()["version"] == 2
    assert (await client.get("/api/flows/echo/versions/2")).status_code == 404


async def test_a_failed_run_is_answered_with_its_error(client: httpx.AsyncClient) -> None:
    nodes = echo().as_json()
    nodes["nodes"][1]["config"] = {"template": "{{ input.question.missing }}"}
    made = await client.post("/api/flows", json={"name": "Echo", "document": nodes})
    assert made.status_code == 201
    ran = await client.post("/api/flows/echo/run", json={"input": {"question": "x"}, "version": "draft"})
    assert ran.status_code == 200
    assert ran.json()["status"] == "failed"
    assert ran.json()["error_node"] == "output"
    body = {"input": {"question": "x"}, "version": "draft", "stream": True}
    text = (await client.post("/api/flows/echo/run", json=body)).text
    assert "event: run.failed" in text


async def test_lists_have_limits_and_unknown_things_are_404(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await client.post("/api/flows", json={"name": f"F{number}"})
    page = (await client.get("/api/flows?limit=2")).json()
    assert [flow["name"] for flow in page["flows"]] == ["F2", "F1"]
    following = (await client.get(f"/api/flows?limit=2&after={page['next']}")).json()
    assert ([flow["name"] for flow in following["flows"]], following["next"]) == (["F0"], None)
    for limit in (0, 501):
        assert (await client.get(f"/api/flows?limit={limit}")).status_code == 422
    for path in ("/api/flows/nobody", "/api/runs/run_nobody", "/api/flows/nobody/runs", "/api/flows/nobody/versions"):
        missing = await client.get(path)
        assert missing.status_code == 404
        assert set(missing.json()) == {"detail"}


async def test_kinds_are_told_to_who_may_read_and_nothing_to_strangers(client: httpx.AsyncClient) -> None:
    kinds = (await client.get("/api/node-kinds")).json()
    assert {"kinds", "fits"} == set(kinds)
    client.headers.pop("X-API-Key")
    for method, path in (
        ("GET", "/api/node-kinds"),
        ("GET", "/api/flows"),
        ("POST", "/api/flows"),
        ("POST", "/api/flows/echo/run"),
        ("GET", "/api/runs/run_1"),
        ("POST", "/api/runs/run_1/cancel"),
    ):
        assert (await client.request(method, path, json={})).status_code == 401


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
async def test_a_version_that_no_column_could_hold_is_unknown(client: httpx.AsyncClient, number: int) -> None:
    await publish(client, greeting())
    assert (await client.get(f"/api/flows/echo/versions/{number}")).status_code == 404
    restored = await client.post(f"/api/flows/echo/versions/{number}/restore", json={"version": 1})
    assert restored.status_code == 404
    run = await client.post("/api/flows/echo/run", json={"version": number, "input": {"question": "x"}})
    assert run.status_code < 500


@pytest.mark.parametrize("after", ["x", "²", "-1", str(2**31), str(10**30)])
async def test_versions_go_on_only_behind_a_number(client: httpx.AsyncClient, after: str) -> None:
    await publish(client, greeting())
    assert (await client.get("/api/flows/echo/versions", params={"after": after})).status_code == 422
    assert (await client.get("/api/flows/echo/versions?after=0")).json()["versions"] == []


async def test_a_circle_may_be_drawn_and_is_neither_published_nor_run(client: httpx.AsyncClient) -> None:
    steps = [node(name, "template", {"template": "x"}) for name in ("one", "two")]
    circle = document(
        [node("input", "input", form()), *steps, node("output", "output")],
        [
            ("input.question", "one.data"),
            ("one.text", "two.data"),
            ("two.text", "one.data"),
            ("two.text", "output.value"),
        ],
    )
    made = await client.post("/api/flows", json={"name": "Echo", "document": circle.as_json()})
    assert made.status_code == 201, made.text
    refused = await client.post("/api/flows/echo/publish", json={"comment": ""})
    assert refused.status_code == 409
    assert "loop" in refused.json()["detail"]
    ran = await client.post("/api/flows/echo/run", json={"input": {"question": "x"}, "version": "draft"})
    assert ran.status_code == 409


async def test_a_flow_of_two_thousand_nodes_is_refused_in_words_and_one_of_a_thousand_is_kept(
    client: httpx.AsyncClient,
) -> None:
    def chain(num_nodes: int) -> dict[str, object]:
        names = [f"n{number}" for number in range(num_nodes - 2)]
        nodes = [node("input", "input", form()), *(node(name, "template", {"template": "x"}) for name in names)]
        ends = ["input.question", *(f"{name}.text" for name in names)]
        edges = [(source, f"{name}.data") for source, name in zip(ends, names, strict=False)]
        return document([*nodes, node("output", "output")], [*edges, (ends[-1], "output.value")]).as_json()

    large = chain(1_000)
    too_large = {**large, "nodes": [*large["nodes"], *({**one, "id": f"{one['id']}_"} for one in large["nodes"])]}
    refused = await client.post("/api/flows", json={"name": "Huge", "document": too_large})
    assert refused.status_code == 422
    assert "1000" in refused.text
    began = time.perf_counter()
    made = await client.post("/api/flows", json={"name": "Echo", "document": large})
    assert made.status_code == 201, made.text
    assert (await client.post("/api/flows/echo/publish", json={"comment": ""})).status_code == 201
    ran = await client.post("/api/flows/echo/run", json={"input": {"question": "x"}})
    assert (ran.json()["status"], ran.json()["error"]) == (
        "failed",
        "The run took more than 500 steps. Raise its limit.",
    )
    assert time.perf_counter() - began < 20  # 2 s on a machine with nothing else to do
