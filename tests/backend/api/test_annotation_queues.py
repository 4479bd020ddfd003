"""Annotation queues, tags, comments and feedback over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from tests.factories.conversations import chat

CONFIGS = [
    {"name": "good", "question": "Is it right?"},
    {"name": "tone", "kind": "category", "options": [{"name": "kind", "key": "k"}, {"name": "curt"}]},
]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def test_a_queue_is_made_filled_labelled_and_measured(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    turns = [await chat(services.conversations, services.units, owner, said=said) for said in ("My lamp?", "My desk?")]
    made = await client.post("/api/annotation-queues", json={"name": "Answers", "configs": CONFIGS})
    assert made.status_code == 201, made.text
    queue = made.json()
    assert [one["key"] for one in queue["configs"][1]["options"]] == ["k", "2"]
    path = f"/api/annotation-queues/{queue['id']}"
    items = [{"conversation_id": turns[0].conversation_id, "message_id": turns[0].answer_id}]
    assert (await client.post(f"{path}/items", json={"items": items})).json() == {"added": 1}
    assert (await client.post(f"{path}/matching", json={"text": "desk"})).status_code == 422
    assert (await client.post(f"{path}/matching", params={"text": "desk"})).json() == {"added": 1}
    opened = (await client.post(f"{path}/next")).json()
    task = opened["task"]
    assert (task["message_id"], task["asked"]["name"], opened["num_items"]) == (turns[0].answer_id, "good", 2)
    label = f"{path}/items/{task['item_id']}/label"
    assert (await client.post(label, json={"name": "good", "value": "perhaps"})).status_code == 422
    assert (await client.post(label, json={"name": "good", "value": True})).json()["task"]["values"] == {"good": True}
    done = (await client.post(label, json={"name": "tone", "value": "curt"})).json()
    assert (done["num_done"], done["task"]["message_id"]) == (1, "")
    assert (await client.post(f"{path}/items/{done['task']['item_id']}/skip")).json()["task"] is None
    assert (await client.post(f"{path}/undo")).json()["task"]["item_id"] == done["task"]["item_id"]
    assert (await client.post(f"{path}/leave")).status_code == 204
    (first, second) = (await client.get(f"{path}/items")).json()["items"]
    assert (first["annotations"][0]["values"], second["annotations"]) == ({"good": True, "tone": "curt"}, [])
    assert (await client.get(f"{path}/agreement")).json() == {"people": [], "judges": []}
    saved = {"name": "Renamed", "configs": queue["configs"], "version": queue["version"]}
    assert (await client.put(path, json=saved)).json()["name"] == "Renamed"
    assert (await client.put(path, json=saved)).status_code == 409
    assert [one["name"] for one in (await client.get("/api/annotation-queues")).json()["queues"]] == ["Renamed"]
    assert (await client.delete(f"{path}/items/{second['id']}")).status_code == 204
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_people_note_things_over_rest(client: httpx.AsyncClient, services: Services) -> None:
    owner = await services.identity.ensure_owner()
    turn = await chat(services.conversations, services.units, owner)
    path = f"/api/conversations/{turn.conversation_id}"
    judged = await client.put(
        f"/api/messages/{turn.answer_id}/feedback", json={"rating": "down", "comment": "Wrong", "seen": "none"}
    )
    assert judged.status_code == 204
    message = (await client.get(f"{path}/messages")).json()["messages"][1]
    assert (message["rating"], message["comment"]) == ("down", "Wrong")
    assert (await client.post(f"{path}/tags", json={"tag": " Late "})).json() == {
        "conversation_id": turn.conversation_id, "tags": ["late"],
    }  # fmt: skip
    found = (await client.get("/api/conversation-search", params={"tag": "late"})).json()
    assert ([one["tags"] for one in found["conversations"]], found["facets"]["tags"][0]["count"]) == ([["late"]], 1)
    assert (await client.delete(f"{path}/tags/late")).json() == {
        "conversation_id": turn.conversation_id, "tags": [],
    }  # fmt: skip
    said = (await client.post(f"{path}/comments", json={"text": "Look", "message_id": turn.answer_id})).json()
    assert (await client.get(f"{path}/comments")).json() == {"comments": [said], "next": None}
    assert (await client.delete(f"/api/conversation-comments/{said['id']}")).status_code == 204
    assert (await client.delete(f"/api/conversation-comments/{said['id']}")).status_code == 404
