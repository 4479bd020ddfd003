"""Prompts over REST. The first part holds an API that other systems speak to its keys, codes and habits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.api.app import create_api
from backend.api.wire import without_trailing_slash
from backend.bootstrap import Services

KEYS = {
    "id", "name", "agent_config", "agent_name", "system_prompt", "instructions", "temperature", "max_tokens", "voice",
    "description", "tags", "is_active", "created_at", "updated_at", "total_runs", "success_rate", "avg_duration",
}  # fmt: skip
NEW = {"name": "Calm", "agent_config": "retail", "agent_name": "sales", "system_prompt": "Be calm."}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(without_trailing_slash(create_api()), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def make(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/prompts/", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"prompt"}
    made: dict[str, Any] = answer.json()["prompt"]
    return made


async def names(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/api/prompts/", params=query)
    assert (answer.status_code, set(answer.json())) == (200, {"prompts"})
    return [one["name"] for one in answer.json()["prompts"]]


async def test_a_new_prompt_has_these_keys_and_defaults(client: httpx.AsyncClient) -> None:
    made = await make(client)
    assert set(made) == KEYS
    assert UUID(made["id"]).version == 4
    assert {name: made[name] for name in NEW} == NEW
    defaults = {"temperature": 0.8, "tags": [], "is_active": False, "total_runs": 0}
    assert {name: made[name] for name in defaults} == defaults
    nothing = {"instructions", "max_tokens", "voice", "description", "success_rate", "avg_duration", "updated_at"}
    assert {made[name] for name in nothing} == {None}
    assert made["created_at"]


async def test_every_field_is_kept(client: httpx.AsyncClient) -> None:
    given = {
        "instructions": "Short.", "temperature": 0.3, "max_tokens": 90, "voice": "sage", "description": "For sales",
        "tags": ["a", " b"], "is_active": True,
    }  # fmt: skip
    made = await make(client, **given)
    assert {name: made[name] for name in given} == given


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    made = await make(client, colour="red", id="mine", total_runs=7, created_at="then")
    assert (set(made), made["total_runs"], made["id"] == "mine") == (KEYS, 0, False)
    patched = await client.patch(f"/api/prompts/{made['id']}", json={"colour": "red"})
    assert (patched.status_code, patched.json()["prompt"]) == (200, made)


@pytest.mark.parametrize("missing", sorted(NEW))
async def test_a_missing_field_is_422(client: httpx.AsyncClient, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}
    assert (await client.post("/api/prompts/", json=body)).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"name": 7}, {"temperature": "warm"}, {"tags": "a"}, {"tags": [1]}, {"is_active": "perhaps"}, {"max_tokens": 1.5},
     {"name": None}, {"system_prompt": None}, {"system_prompt": ["x"]}, {"system_prompt": "x" * 100_001},
     {"instructions": "x" * 100_001}, {"voice": "x" * 201}, {"name": ""}, {"max_tokens": 2**31},
     {"tags": ["x"] * 1_001}],
)  # fmt: skip
async def test_a_wrong_type_is_422(client: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await client.post("/api/prompts/", json={**NEW, **wrong})).status_code == 422
    made = await make(client)
    assert (await client.patch(f"/api/prompts/{made['id']}", json=wrong)).status_code == 422
    assert (await client.get(f"/api/prompts/{made['id']}")).json()["prompt"] == made


async def test_a_text_that_is_no_template_is_kept(client: httpx.AsyncClient) -> None:
    source = "Say {{name and {% never %} close it"
    assert (await make(client, system_prompt=source))["system_prompt"] == source


async def test_one_is_read_in_its_envelope(client: httpx.AsyncClient) -> None:
    made = await make(client)
    answer = await client.get(f"/api/prompts/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"prompt": made})


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["nothing", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_one_is_404_with_these_words(client: httpx.AsyncClient, method: str, name: str) -> None:
    body = {"json": {}} if method == "PATCH" else {}
    answer = await client.request(method, f"/api/prompts/{name}", **body)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()) == (404, {"detail": "Prompt not found"})


async def test_both_spellings_of_an_address_are_answered(client: httpx.AsyncClient) -> None:
    made = await make(client)
    for path in ("/api/prompts", "/api/prompts/", f"/api/prompts/{made['id']}", f"/api/prompts/{made['id']}/"):
        assert (await client.get(path)).status_code == 200
    assert (await client.post("/api/prompts", json=NEW)).status_code == 201


async def test_a_patch_changes_what_is_sent_and_nothing_else(client: httpx.AsyncClient) -> None:
    made = await make(client, description="Old", voice="sage")
    sent = {
        "name": "Calmer", "system_prompt": "Be calmer.", "instructions": "Now.", "temperature": 0.1, "max_tokens": 5,
        "voice": None, "description": "New", "tags": ["x"], "is_active": True, "success_rate": 50.0,
        "avg_duration": 7.25,
    }  # fmt: skip
    answer = await client.patch(f"/api/prompts/{made['id']}", json=sent)
    assert (answer.status_code, set(answer.json())) == (200, {"prompt"})
    now = answer.json()["prompt"]
    assert {name: now[name] for name in sent} == sent
    assert now["updated_at"]
    one = (await client.patch(f"/api/prompts/{made['id']}", json={"temperature": 0.2})).json()["prompt"]
    kept = {name: value for name, value in now.items() if name not in {"temperature", "updated_at"}}
    assert {name: one[name] for name in kept} == kept


async def test_a_patch_never_changes_the_agent_or_the_count(client: httpx.AsyncClient) -> None:
    made = await make(client)
    sent = {"agent_config": "other", "agent_name": "other", "total_runs": 9, "id": "x", "created_at": "then"}
    assert (await client.patch(f"/api/prompts/{made['id']}", json=sent)).json()["prompt"] == made


@pytest.mark.parametrize("by", ["POST", "PATCH"])
async def test_an_active_prompt_takes_the_place_of_its_agents_other(client: httpx.AsyncClient, by: str) -> None:
    first = await make(client, name="first", is_active=True)
    other_name = await make(client, name="other name", agent_name="returns", is_active=True)
    other_config = await make(client, name="other config", agent_config="bank", is_active=True)
    second = await make(client, name="second", is_active=by == "POST")
    if by == "PATCH":
        await client.patch(f"/api/prompts/{second['id']}", json={"is_active": True})
    assert set(await names(client, is_active="true")) == {"second", "other name", "other config"}
    assert (await client.get(f"/api/prompts/{first['id']}")).json()["prompt"]["is_active"] is False
    assert {other_name["is_active"], other_config["is_active"]} == {True}
    await client.patch(f"/api/prompts/{second['id']}", json={"is_active": False})
    assert set(await names(client, is_active="true")) == {"other name", "other config"}


async def test_filters_are_exact(client: httpx.AsyncClient) -> None:
    await make(client, name="a")
    await make(client, name="b", agent_config="bank", is_active=True)
    await make(client, name="c", agent_name="returns")
    assert set(await names(client)) == {"a", "b", "c"}
    assert set(await names(client, agent_config="retail")) == {"a", "c"}
    assert await names(client, agent_config="reta") == []
    assert await names(client, agent_name="returns", agent_config="retail") == ["c"]
    assert await names(client, is_active="true") == ["b"]
    assert set(await names(client, is_active="false")) == {"a", "c"}
    assert (await client.get("/api/prompts/", params={"is_active": "perhaps"})).status_code == 422


async def test_tags_match_by_any_and_are_not_trimmed(client: httpx.AsyncClient) -> None:
    await make(client, name="a", tags=["calm", "short"])
    await make(client, name="b", tags=["loud"])
    await make(client, name="c", tags=[" loud"])
    assert set(await names(client, tags="short,loud")) == {"a", "b"}
    assert set(await names(client, tags="short, loud")) == {"a", "c"}
    assert await names(client, tags="nothing") == []


async def test_those_never_changed_stand_first_then_the_last_changed(client: httpx.AsyncClient) -> None:
    made = {name: await make(client, name=name) for name in "abcd"}
    for name in ("c", "a"):
        await client.patch(f"/api/prompts/{made[name]['id']}", json={"description": "changed"})
    assert await names(client) == ["d", "b", "a", "c"]


async def test_the_list_is_not_paged(client: httpx.AsyncClient) -> None:
    for number in range(60):
        await make(client, name=f"p{number}")
    assert len(await names(client)) == 60


async def test_a_delete_says_so_in_these_words(client: httpx.AsyncClient) -> None:
    made = await make(client)
    answer = await client.delete(f"/api/prompts/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Prompt deleted successfully", "success": True})
    assert (await client.get(f"/api/prompts/{made['id']}")).status_code == 404
    assert await names(client) == []


async def test_a_key_is_needed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/prompts/", headers={"X-API-Key": ""})).status_code == 401


# From here on: what the other systems do not know.


async def test_a_patch_of_the_text_is_a_version(client: httpx.AsyncClient) -> None:
    made = await make(client, comment="Begun")
    path = f"/api/prompts/{made['id']}"
    await client.patch(path, json={"system_prompt": "Be calmer.", "comment": "Calmer"})
    await client.patch(path, json={"system_prompt": "Be calmer.", "description": "d"})
    listed = (await client.get(f"{path}/versions")).json()
    said = [(one["number"], one["text"], one["comment"]) for one in listed["versions"]]
    assert said == [(2, "Be calmer.", "Calmer"), (1, "Be calm.", "Begun")]
    assert (listed["slug"], listed["kind"], listed["next"]) == ("calm", "text", None)


async def test_versions_are_saved_labelled_and_rendered(client: httpx.AsyncClient) -> None:
    made = await make(client)
    path = f"/api/prompts/{made['id']}"
    version = {"text": "Answer {{ question }}.", "model": "acme:one", "comment": "A hole", "base": 1}
    assert (await client.post(f"{path}/versions", json=version)).status_code == 201
    again = await client.post(f"{path}/versions", json={**version, "base": 2})
    assert (again.status_code, again.json()["version"]["number"]) == (200, 2)
    stale = await client.post(f"{path}/versions", json={"text": "x", "base": 1})
    assert stale.status_code == 409
    assert (await client.post(f"{path}/versions", json={"text": "x", "colour": 1})).status_code == 422
    put = await client.put(f"{path}/labels/production", json={"version": 2, "comment": "Go"})
    assert (put.status_code, put.json()["label"]["version"], put.json()["approval"]) == (200, 2, None)
    assert (await client.put(f"{path}/labels/production", json={"version": 9})).status_code == 404
    assert (await client.put(f"{path}/labels/latest", json={"version": 1})).status_code == 422
    rendered = await client.post(f"{path}/render", json={"variables": {"question": "why"}})
    assert rendered.status_code == 200
    said = rendered.json()
    assert (said["text"], said["version"], said["label"], said["model"]) == ("Answer why.", 2, "production", "acme:one")
    assert said["messages"] == [{"role": "system", "content": "Answer why."}]
    missing = await client.post(f"{path}/render", json={})
    assert (missing.status_code, missing.json()["detail"]) == (422, "Calm v2 needs question.")
    first = await client.post(f"{path}/render", json={"version": 1})
    assert (first.json()["text"], first.json()["label"]) == ("Be calm.", "")
    labels = (await client.get(f"{path}/labels")).json()
    assert [(one["label"], one["version"]) for one in labels["labels"]] == [("production", 2)]
    assert [one["comment"] for one in labels["history"]] == ["Go"]


async def test_a_chat_is_a_text_for_those_who_know_no_chats(client: httpx.AsyncClient) -> None:
    made = await make(client)
    chat = {"messages": [{"role": "user", "content": "{{ q }}"}, {"placeholder": "history"}]}
    refused = await client.post(f"/api/prompts/{made['id']}/versions", json=chat)
    assert (refused.status_code, "A text stays a text" in refused.json()["detail"]) == (422, True)
    rules, nobody = {"role": "system", "content": "Be calm."}, {**NEW, "agent_name": "chat"}
    del nobody["system_prompt"]
    answer = await client.post("/api/prompts", json={**nobody, "messages": [rules, *chat["messages"]]})
    assert (answer.status_code, set(answer.json()["prompt"])) == (201, KEYS)
    kept = answer.json()["prompt"]
    path = f"/api/prompts/{kept['id']}"
    assert (kept["system_prompt"], (await client.post(f"{path}/versions", json=chat)).status_code) == ("Be calm.", 201)
    (newest, first) = (await client.get(f"{path}/versions")).json()["versions"]
    assert (first["kind"], first["messages"], newest["messages"]) == (
        "chat", [rules, *chat["messages"]], chat["messages"]
    )  # fmt: skip
    twice = await client.post("/api/prompts", json={**nobody, "messages": [{"placeholder": "a"}, {"placeholder": "a"}]})
    assert (twice.status_code, "the same name" in twice.json()["detail"]) == (422, True)
    assert (await client.post("/api/prompts", json=nobody)).status_code == 422, "a text needs its text"


async def test_a_protected_label_answers_202_and_waits(client: httpx.AsyncClient) -> None:
    made = await make(client)
    assert (await client.put("/api/prompt-labels/production", json={"protected": True})).status_code == 200
    put = await client.put(f"/api/prompts/{made['id']}/labels/production", json={"version": 1})
    assert (put.status_code, put.json()["label"]) == (202, None)
    (waiting,) = (await client.get("/api/prompt-approvals")).json()["approvals"]
    assert (await client.get("/api/prompt-approvals?state=gone")).status_code == 422
    own = await client.post(f"/api/prompt-approvals/{waiting['id']}/approve")
    assert (own.status_code, "Nobody approves their own change" in own.json()["detail"]) == (403, True)
    taken = await client.post(f"/api/prompt-approvals/{waiting['id']}/withdraw")
    assert (taken.status_code, taken.json()["state"]) == (200, "withdrawn")
    assert (await client.get("/api/prompt-labels/protected")).json()["labels"] == ["production"]


async def test_a_label_rolls_back_over_rest(client: httpx.AsyncClient) -> None:
    made = await make(client)
    path = f"/api/prompts/{made['id']}"
    await client.post(f"{path}/versions", json={"text": "Two"})
    for number in (1, 2):
        await client.put(f"{path}/labels/production", json={"version": number})
    late = await client.post(f"{path}/labels/production/rollback", json={"from_version": 1})
    assert (late.status_code, late.json()["detail"]) == (409, "production already stands on v2.")
    back = await client.post(f"{path}/labels/production/rollback", json={"from_version": 2})
    assert (back.status_code, back.json()["label"]["version"]) == (200, 1)
    assert (await client.delete(f"{path}/labels/production")).status_code == 204
    assert (await client.post(f"{path}/labels/production/rollback")).status_code == 404
    assert (await client.get(f"{path}/uses")).json() == {"uses": []}
