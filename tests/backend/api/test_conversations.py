"""Conversations over REST, held to the keys, codes and habits of an API that other systems speak."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backend.api.app import create_api
from backend.api.wire import without_trailing_slash
from backend.bootstrap import Services
from backend.columns import utc_now
from tests.factories.conversations import chat
from tests.planting import columns_with

KEYS = {
    "id", "session_id", "experiment_id", "agent_config", "agent_name", "transcript", "duration", "turn_count",
    "user_satisfaction", "task_completed", "extra_metadata", "metadata", "created_at",
}  # fmt: skip
TRANSCRIPT = {
    "items": [
        {"itemId": "1", "type": "MESSAGE", "role": "user", "title": "Where is A-48790?", "createdAtMs": 1763800000000},
        {"itemId": "2", "type": "BREADCRUMB", "title": "lookupOrders", "data": {"order": "A-48790"}},
        {
            "itemId": "3",
            "type": "MESSAGE",
            "role": "assistant",
            "title": "On its way.",
            "isHidden": False,
            "model": "big-2",
        },
        {"itemId": "4", "type": "MESSAGE", "role": "assistant", "title": "a secret thought", "isHidden": True},
    ]
}
NEW: dict[str, Any] = {
    "session_id": "sess_1", "agent_config": "retail", "agent_name": "sales", "transcript": TRANSCRIPT,
    "duration": 12.5, "turn_count": 3,
}  # fmt: skip
PROMPT = {"name": "Calm", "agent_config": "retail", "agent_name": "sales", "system_prompt": "Be calm."}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    key = await services.identity.create_key(await services.identity.ensure_owner(), "test")
    transport = httpx.ASGITransport(without_trailing_slash(create_api()), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def make(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/conversations/", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    assert set(answer.json()) == {"conversation"}
    made: dict[str, Any] = answer.json()["conversation"]
    return made


async def sessions(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/api/conversations/", params=query)
    assert (answer.status_code, set(answer.json())) == (200, {"conversations"})
    return [one["session_id"] for one in answer.json()["conversations"]]


async def prompt(client: httpx.AsyncClient) -> str:
    return str((await client.post("/api/prompts/", json=PROMPT)).json()["prompt"]["id"])


async def figures(client: httpx.AsyncClient, prompt_id: str) -> tuple[Any, ...]:
    told = (await client.get(f"/api/prompts/{prompt_id}")).json()["prompt"]
    return told["total_runs"], told["avg_duration"], told["success_rate"]


async def test_a_new_conversation_has_these_keys_and_defaults(client: httpx.AsyncClient) -> None:
    made = await make(client)
    assert set(made) == KEYS
    assert {name: made[name] for name in NEW} == NEW
    nothing = {"experiment_id", "user_satisfaction", "task_completed", "extra_metadata", "metadata"}
    assert {made[name] for name in nothing} == {None}
    assert made["created_at"]
    assert made["id"]


async def test_every_field_is_kept(client: httpx.AsyncClient) -> None:
    given = {"experiment_id": await prompt(client), "user_satisfaction": 4, "task_completed": False,
             "extra_metadata": {"channel": "phone", "deep": [1, {"a": None}]}}  # fmt: skip
    made = await make(client, **given)
    assert {name: made[name] for name in given} == given
    assert (await client.get(f"/api/conversations/{made['id']}")).json() == {"conversation": made}


async def test_metadata_is_another_name_of_extra_metadata(client: httpx.AsyncClient) -> None:
    made = await make(client, metadata={"shop": 7})
    assert (made["metadata"], made["extra_metadata"]) == ({"shop": 7}, {"shop": 7})
    both = await make(client, metadata={"shop": 7}, extra_metadata={"shop": 8})
    assert (both["metadata"], both["extra_metadata"]) == ({"shop": 8}, {"shop": 8})


async def test_unknown_fields_are_ignored(client: httpx.AsyncClient) -> None:
    made = await make(client, colour="red", id="mine", created_at="then")
    assert (set(made), made["id"] == "mine") == (KEYS, False)


@pytest.mark.parametrize("missing", sorted(NEW))
async def test_a_missing_field_is_422(client: httpx.AsyncClient, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}
    assert (await client.post("/api/conversations/", json=body)).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"session_id": 7}, {"transcript": "said"}, {"transcript": []}, {"transcript": None}, {"duration": "long"},
     {"duration": 1e308}, {"turn_count": 1.5}, {"turn_count": 2**31}, {"turn_count": -1}, {"user_satisfaction": 0},
     {"user_satisfaction": 6}, {"task_completed": "perhaps"}, {"extra_metadata": "x"}, {"agent_name": "x" * 201}],
)  # fmt: skip
async def test_a_wrong_value_is_422_and_keeps_nothing(client: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await client.post("/api/conversations/", json={**NEW, **wrong})).status_code == 422
    assert await sessions(client) == []


@pytest.mark.parametrize("satisfaction", [1, 5])
async def test_satisfaction_goes_from_1_to_5(client: httpx.AsyncClient, satisfaction: int) -> None:
    assert (await make(client, user_satisfaction=satisfaction))["user_satisfaction"] == satisfaction


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59Z"])
async def test_a_time_at_the_end_of_the_calendar_is_none(client: httpx.AsyncClient, moment: str) -> None:
    said = [{"role": "user", "content": "Hello?", "timestamp": moment}]
    made = await make(client, transcript={"messages": said})
    told = (await client.get(f"/api/conversations/{made['id']}/messages")).json()["messages"]
    assert [one["created_at"][:10] for one in told] == [made["created_at"][:10]]


async def test_the_newest_come_first(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await make(client, session_id=f"s{number}")
    assert await sessions(client) == ["s2", "s1", "s0"]


async def test_the_list_narrows_to_a_prompt_and_an_agent_exactly(client: httpx.AsyncClient) -> None:
    prompt_id = await prompt(client)
    await make(client, session_id="with", experiment_id=prompt_id)
    await make(client, session_id="bank", agent_config="bank")
    assert await sessions(client, experiment_id=prompt_id) == ["with"]
    assert await sessions(client, agent_config="bank") == ["bank"]
    assert await sessions(client, agent_config="Bank") == []
    assert await sessions(client, agent_config="bank", experiment_id=prompt_id) == []
    assert await sessions(client, experiment_id="nothing") == []


async def test_the_limit_is_50_unless_it_is_said(client: httpx.AsyncClient) -> None:
    for number in range(51):
        await make(client, session_id=f"s{number}", transcript={})
    assert len(await sessions(client)) == 50
    assert len(await sessions(client, limit=500)) == 51
    assert await sessions(client, limit=1) == ["s50"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many"])
async def test_a_limit_outside_1_to_500_is_422(client: httpx.AsyncClient, limit: str) -> None:
    assert (await client.get("/api/conversations/", params={"limit": limit})).status_code == 422


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("name", ["nothing", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_one_is_404_with_these_words(client: httpx.AsyncClient, method: str, name: str) -> None:
    answer = await client.request(method, f"/api/conversations/{name}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Conversation not found"})


async def test_a_deleted_one_is_gone_and_says_so(client: httpx.AsyncClient) -> None:
    made = await make(client)
    answer = await client.delete(f"/api/conversations/{made['id']}")
    assert (answer.status_code, answer.json()) == (
        200, {"message": "Conversation deleted successfully", "success": True}
    )  # fmt: skip
    assert (await client.get(f"/api/conversations/{made['id']}")).status_code == 404
    assert await sessions(client) == []


async def test_both_spellings_of_an_address_are_answered(client: httpx.AsyncClient) -> None:
    made = await make(client)
    for path in ("/api/conversations", "/api/conversations/", f"/api/conversations/{made['id']}/"):
        assert (await client.get(path)).status_code == 200
    assert (await client.post("/api/conversations", json=NEW)).status_code == 201


async def test_a_prompt_counts_its_conversations(client: httpx.AsyncClient) -> None:
    prompt_id = await prompt(client)
    await make(client, experiment_id=prompt_id, duration=10)
    assert await figures(client, prompt_id) == (1, 10, None)
    await make(client, experiment_id=prompt_id, duration=20, task_completed=True)
    assert await figures(client, prompt_id) == (2, 15, 100)
    await make(client, experiment_id=prompt_id, duration=0, task_completed=False)
    assert await figures(client, prompt_id) == (3, 10, 50)
    await make(client, duration=99, task_completed=True)
    assert await figures(client, prompt_id) == (3, 10, 50)


async def test_the_figures_of_a_prompt_are_those_of_all_its_conversations(client: httpx.AsyncClient) -> None:
    prompt_id, draw, durations, verdicts = await prompt(client), random.Random(6), list[float](), list[bool]()
    for number in range(1, 13):
        duration, verdict = draw.uniform(0, 90), draw.choice((True, False, None))
        await make(client, experiment_id=prompt_id, duration=duration, task_completed=verdict)
        durations.append(duration)
        verdicts += [] if verdict is None else [verdict]
        rate = pytest.approx(100 * sum(verdicts) / len(verdicts)) if verdicts else None
        mean = pytest.approx(sum(durations) / len(durations))
        assert await figures(client, prompt_id) == (number, mean, rate)


async def test_a_mean_duration_of_nothing_is_not_written(client: httpx.AsyncClient) -> None:
    prompt_id = await prompt(client)
    await make(client, experiment_id=prompt_id, duration=0)
    assert await figures(client, prompt_id) == (1, None, None)


async def test_a_delete_counts_nothing_again(client: httpx.AsyncClient) -> None:
    prompt_id = await prompt(client)
    made = await make(client, experiment_id=prompt_id, task_completed=True)
    await client.delete(f"/api/conversations/{made['id']}")
    assert await figures(client, prompt_id) == (1, 12.5, 100)


async def test_conversations_stay_when_their_prompt_is_deleted(client: httpx.AsyncClient) -> None:
    prompt_id = await prompt(client)
    made = await make(client, experiment_id=prompt_id)
    assert (await client.delete(f"/api/prompts/{prompt_id}")).status_code == 200
    left = (await client.get(f"/api/conversations/{made['id']}")).json()["conversation"]
    assert left == {**made, "experiment_id": None}


@pytest.mark.parametrize("unknown", ["nothing", "", "slug of it"])
async def test_an_unknown_prompt_is_404_and_keeps_nothing(client: httpx.AsyncClient, unknown: str) -> None:
    await prompt(client)
    sent = {**NEW, "experiment_id": "calm" if unknown == "slug of it" else unknown}
    answer = await client.post("/api/conversations/", json=sent)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Prompt not found"})
    assert await sessions(client) == []


async def test_what_was_said_is_read_without_hidden_items_and_breadcrumbs(
    client: httpx.AsyncClient, services: Services
) -> None:
    made = await make(client)
    owner = await services.identity.ensure_owner()
    messages = (await services.conversations.transcript(owner, made["id"])).messages
    assert [(one.role, one.text, one.model) for one in messages] == [
        ("user", "Where is A-48790?", ""),
        ("assistant", "On its way.", "big-2"),
    ]


async def test_a_chat_with_a_flow_reads_the_same_way(client: httpx.AsyncClient, services: Services) -> None:
    turn = await chat(services.conversations, services.units, await services.identity.ensure_owner())
    told = (await client.get(f"/api/conversations/{turn.conversation_id}")).json()["conversation"]
    assert set(told) == KEYS
    assert [(one["role"], one["content"]) for one in told["transcript"]["messages"]] == [
        ("user", "Can I return an opened sofa?"), ("assistant", "Yes, within 30 days of delivery.")
    ]  # fmt: skip
    assert (told["session_id"], told["agent_name"], told["turn_count"]) == (turn.conversation_id, "Support desk", 1)


async def test_answers_that_are_remembered_go_with_their_conversation(
    client: httpx.AsyncClient, services: Services
) -> None:
    made = (await make(client))["id"]
    for path, body in (("tags", {"tag": "zwiebelkuchen"}), ("comments", {"text": "zwiebelkuchen"})):
        headers = {"Idempotency-Key": path}
        answer = await client.post(f"/api/conversations/{made}/{path}", json=body, headers=headers)
        assert answer.status_code == 201
    operator = await services.identity.ensure_owner()
    await services.conversations.delete(operator, made)
    assert await services.privacy.purge_deleted(operator.project_id, utc_now() + timedelta(hours=2)) == 1
    assert await columns_with(services.units, "zwiebelkuchen") == []
