"""What other systems know of a conversation: its metadata, whose it is, and how it went."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from tests.backend.api.test_conversations import KEYS, client, make
from tests.factories.flows import chat

__all__ = ["client"]


@pytest.mark.parametrize(
    ("metadata", "person"),
    [({"customer_id": " ada "}, "ada"), ({"User ID": 7, "customer": "x"}, "7"), ({"person": True}, ""),
     ({"user_id": "x" * 201, "customer": {"name": "x"}}, ""), (None, "")],
)  # fmt: skip
async def test_whom_metadata_names_is_the_person(
    client: httpx.AsyncClient, services: Services, metadata: dict[str, Any] | None, person: str
) -> None:
    made = await make(client, extra_metadata=metadata)
    assert (set(made), made["metadata"]) == (KEYS, metadata)
    owner = await services.identity.ensure_owner()
    assert (await services.conversations.opened(owner, made["id"])).conversation.person == person
    assert (await client.get(f"/api/conversations/{made['id']}")).json() == {"conversation": made}


async def test_a_run_of_a_flow_has_metadata_and_is_told_how_it_went(
    client: httpx.AsyncClient, services: Services
) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Chat", document=chat())
    await services.flows.publish(owner, "chat")
    body = {"input": {"message": "Hello"}, "metadata": {"shop": 7, "User-ID": "ada"}}
    talk = (await client.post("/api/flows/chat/run", json=body)).json()["conversation_id"]
    path = f"/api/conversations/{talk}"
    assert (await client.get(path)).json()["conversation"]["metadata"] == {"shop": 7, "User-ID": "ada"}
    assert (await services.conversations.opened(owner, talk)).conversation.person == "ada"
    for told, stands in (
        ({"satisfaction": 4, "task_completed": False}, (4, False)),
        ({"task_completed": True}, (4, True)),
        ({"satisfaction": None}, (None, True)),
        ({}, (None, True)),
    ):
        assert (await client.put(f"{path}/outcome", json=told)).status_code == 204
        found = (await client.get(path)).json()["conversation"]
        assert (found["user_satisfaction"], found["task_completed"]) == stands
    for wrong in ({"satisfaction": 6}, {"satisfaction": True}, {"task_completed": "yes"}, {"mood": 1}):
        assert (await client.put(f"{path}/outcome", json=wrong)).status_code == 422
    assert (await client.put("/api/conversations/nothing/outcome", json={})).status_code == 404
    body["metadata"] = {"note": "x" * 20_000}
    assert (await client.post("/api/flows/chat/run", json=body)).status_code == 422


async def test_what_was_kept_deeper_than_an_answer_writes_is_cut_and_fails_no_list(
    client: httpx.AsyncClient, services: Services
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(150):
        deep = {"in": [deep]}
    said = Told(Role.ASSISTANT, "Yes.", tool_calls=({"id": "1", "name": "look", "arguments": deep, "result": ""},))
    owner = await services.identity.ensure_owner()
    report = Report("s", "a", "A", transcript=deep, details={**deep, "plan": "pro"}, messages=(said,))
    made = await services.conversations.report(owner, report)
    assert (await client.get("/api/conversations")).status_code == 200
    found = (await client.get(f"/api/conversations/{made.conversation.id}")).json()["conversation"]
    opened = await services.conversations.opened(owner, made.conversation.id)
    for value in (found["metadata"], found["transcript"], opened.details, opened.messages[0].tool_calls[0]):
        assert "…" in str(value)
    assert found["metadata"]["plan"] == opened.details["plan"] == "pro"


async def test_the_log_is_filtered_split_and_kept_in_views_by_metadata(client: httpx.AsyncClient) -> None:
    made = [await make(client, metadata=plan and {"plan": plan}) for plan in ("pro", "free", "pro", None)]
    found = (await client.get("/api/conversation-search", params={"metadata": "plan=pro"})).json()
    assert {one["id"] for one in found["conversations"]} == {made[0]["id"], made[2]["id"]}
    assert (found["facets"]["matching"], found["facets"]["metadata_names"]) == (2, ["plan"])
    [named] = found["facets"]["metadata"]
    assert (named["name"], {one["value"]: one["count"] for one in named["values"]}) == (
        "plan", {"plan=pro": 2, "plan=free": 1},
    )  # fmt: skip
    split = {"split": "metadata", "key": "plan", "metadata": "plan"}
    figures = (await client.get("/api/conversation-figures", params=split)).json()
    assert {one["value"]: one["figures"]["num_conversations"] for one in figures["lines"]} == {
        "plan=pro": 2, "plan=free": 1,
    }  # fmt: skip
    assert (await client.get("/api/conversation-figures", params={"split": "metadata"})).status_code == 422
    view = {"name": "Pro", "query": {"metadata": ["plan=pro"], "columns": ["metadata.plan"]}}
    assert (await client.post("/api/conversation-views", json=view)).status_code == 201
    rule = {
        "name": "Pro",
        "measure": "failed",
        "comparison": "above",
        "threshold": 1,
        "filters": {"metadata": ["plan=pro"]},
    }
    kept = await client.post("/api/alerts", json=rule)
    assert (kept.status_code, kept.json()["filters"]["metadata"]) == (201, ["plan=pro"])
    many = [f"k{number}=1" for number in range(9)]
    for path in ("search", "figures", "export"):
        answer = await client.get(f"/api/conversation-{path}", params={"metadata": many})
        assert (answer.status_code, "at most 8 names" in answer.text) == (422, True)
    assert (await client.post("/api/conversation-views", json=view | {"query": {"metadata": many}})).status_code == 422
    assert (await client.post("/api/alerts", json=rule | {"filters": {"metadata": many}})).status_code == 422
    await make(client, metadata={f"a{number:03}": 1 for number in range(50)})
    await make(client, metadata={f"b{number:03}": 1 for number in range(50)})
    gone = await make(client, metadata={"gone": 1})
    assert (await client.delete(f"/api/conversations/{gone['id']}")).is_success
    names = (await client.get("/api/conversation-search")).json()["facets"]["metadata_names"]
    assert ("plan" in names, "gone" in names, len(names)) == (True, False, 100)
    assert "metadata.plan" in (await client.get("/api/conversation-export")).text.splitlines()[0].split(",")
