"""Live tests over REST: started, read, promoted, with the words of what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.live_tests.models import LiveTestSeatRow
from backend.live_tests.repository import LiveTests
from backend.live_tests.service import UNTOLD
from backend.live_tests.types import MIN_CONVERSATIONS
from backend.prompts.types import Content, NewPrompt
from tests.tenancy import EVERYWHERE

ARMS = [{"version": 1, "weight": 90}, {"version": 2, "weight": 10}]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    owner = await services.identity.ensure_owner()
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="One.")))
    await services.prompts.save_version(owner, made.id, Content(text="Two."))
    await services.prompts.set_label(owner, made.id, "production", 1)
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as one:
        yield one


async def start(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await client.post("/api/prompts/answer/live-tests", json={"arms": ARMS, **more})


async def test_a_test_is_started_read_and_promoted(client: httpx.AsyncClient) -> None:
    made = await start(client, metric="satisfied", margin=0.03, guardrail="latency")
    assert made.status_code == 201, made.text
    test = made.json()
    assert {name: test[name] for name in ("label", "arms", "baseline", "metric", "margin", "guardrail", "state")} == {
        "label": "production", "arms": ARMS, "baseline": 1, "metric": "satisfied", "margin": 0.03,
        "guardrail": "latency", "state": "running",
    }  # fmt: skip
    report = (await client.get(f"/api/live-tests/{test['id']}")).json()
    assert [(one["version"], one["num_conversations"]) for one in report["arms"]] == [(1, 0), (2, 0)]
    assert {(one["metric"], one["verdict"]) for one in report["standings"]} == {
        ("satisfied", "cannot_tell"), ("latency", "cannot_tell"),
    }  # fmt: skip
    promoted = await client.post(f"/api/live-tests/{test['id']}/promote", json={"version": 2})
    assert (promoted.status_code, promoted.json()["label"]["version"]) == (200, 2)
    listed = (await client.get("/api/prompts/answer/live-tests")).json()
    assert [(one["id"], one["state"]) for one in listed["live_tests"]] == [(test["id"], "promoted")]
    assert listed["next"] is None


async def test_a_judge_that_never_judged_is_told_under_its_name(client: httpx.AsyncClient) -> None:
    refused = await start(client, metric="judged", judge="Kind")
    assert refused.status_code == 422, refused.text
    assert "No judge called Kind has judged the log" in refused.text
    test = (await start(client)).json()
    assert test["judge"] is None
    report = (await client.get(f"/api/live-tests/{test['id']}")).json()
    assert [(one["num_judged"], "judged" in one["values"]) for one in report["arms"]] == [(0, False)] * 2
    nobody = await client.post("/api/judgements", json={"live_test_id": "ltest_none"})
    assert nobody.status_code == 404, nobody.text


async def rendered(client: httpx.AsyncClient, **wish: Any) -> tuple[int, str, Any]:
    """Return which version answered, with its words and what is said of the live test."""
    answer = await client.post("/api/prompts/answer/render", json=wish)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return said["version"], said["text"], said["live_test"]


async def told(client: httpx.AsyncClient, prompt: str, session: str, **more: Any) -> str:
    body = {
        "session_id": session, "agent_config": "a", "agent_name": "A", "duration": 1, "turn_count": 1,
        "transcript": {"messages": [{"role": "user", "content": "Why?"}]}, "experiment_id": prompt,
    }  # fmt: skip
    answer = await client.post("/api/conversations", json={**body, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["conversation"]["id"])


async def test_who_renders_elsewhere_is_drawn_by_session_and_counted_as_it_reports(
    client: httpx.AsyncClient, services: Services
) -> None:
    assert await rendered(client, session_id="before") == (1, "One.", None)
    test = (await start(client, arms=[{"version": 1, "weight": 1}, {"version": 2, "weight": 1}])).json()
    prompt, named = test["prompt_id"], {"id": test["id"], "drawn": True}
    assert await rendered(client) == (1, "One.", {"id": test["id"], "drawn": False})
    assert await rendered(client, version=2, session_id="s0") == (2, "Two.", None)
    assert await rendered(client, label="latest", session_id="s0") == (2, "Two.", None)
    had: dict[str, int] = {}
    while min(list(had.values()).count(arm) for arm in (1, 2)) < MIN_CONVERSATIONS:
        session = f"ada{len(had)}@example.com"
        version, text, said = await rendered(client, session_id=session)
        assert (text, said) == ({1: "One.", 2: "Two."}[version], named)
        had[session] = version
    first = next(iter(had))
    assert (await rendered(client, session_id=first))[0] == had[first], "it stays with the version that it got"

    async def arms() -> list[tuple[int, Any, Any, Any]]:
        report = (await client.get(f"/api/live-tests/{test['id']}")).json()
        return [
            (one["num_conversations"], one["values"]["answered"], one["values"]["satisfied"], one["values"]["cost"])
            for one in report["arms"]
        ]

    assert await arms() == [(0, None, None, None)] * 2, "drawn is not counted until it is told how it went"
    for session, version in had.items():
        ids = [await told(client, prompt, session, task_completed=version == 2, user_satisfaction=3 + version % 2)]
    ones = list(had.values()).count(1)
    twos = len(had) - ones
    assert await arms() == [(ones, 0.0, 1.0, None), (twos, 1.0, 0.0, None)]
    await told(client, prompt, "nobody drew it", task_completed=False)
    last, version = list(had.items())[-1]
    ids.append(await told(client, prompt, last, task_completed=True))
    found = await arms()
    assert [one[0] for one in found] == [ones, twos], "a conversation counts once, and another not at all"
    standing = (await client.get(f"/api/live-tests/{test['id']}")).json()["standings"][0]
    assert (standing["metric"], standing["verdict"]) == ("answered", "better")
    owner = await services.identity.ensure_owner()
    kept = [(await services.conversations.reported_one(owner, one)).conversation for one in ids]
    assert {one.prompt_version for one in kept} == {version}, "the version that it had, not the newest"
    assert (await client.post(f"/api/live-tests/{test['id']}/stop")).status_code == 200
    assert await rendered(client, session_id=last) == (1, "One.", None)


async def test_a_test_that_ended_takes_nothing_that_began_later_and_the_log_has_what_was_rendered(
    client: httpx.AsyncClient, services: Services
) -> None:
    owner = await services.identity.ensure_owner()
    mostly = [[{"version": 1, "weight": one}, {"version": 2, "weight": 1001 - one}] for one in (1000, 1)]
    test = (await start(client, arms=mostly[1])).json()
    prompt = test["prompt_id"]

    async def logged(session: str, **more: Any) -> int:
        said = await told(client, prompt, session, **more)
        return (await services.conversations.reported_one(owner, said)).conversation.prompt_version

    async def counted(of: str = test["id"]) -> list[tuple[int, float | None]]:
        report = (await client.get(f"/api/live-tests/{of}")).json()
        return [(one["num_conversations"], one["values"]["answered"]) for one in report["arms"]]

    for session in ("told", "untold", "back", "silent"):
        assert (await rendered(client, session_id=session))[0] == 2
    assert await logged("told", task_completed=True) == 2
    assert await counted() == [(0, None), (1, 1.0)]
    assert (await client.post(f"/api/live-tests/{test['id']}/stop")).status_code == 200
    assert await logged("told", task_completed=False) == 2
    assert await counted() == [(0, None), (1, 1.0)], "another conversation under a session that was told"
    assert (await rendered(client, session_id="back"))[::2] == (1, None)
    assert await logged("back", task_completed=False) == 1
    assert await counted() == [(0, None), (1, 1.0)], "it began after the end"
    assert await logged("untold", task_completed=False) == 2
    assert await counted() == [(0, None), (2, 0.5)], "it began before the end"
    assert (await rendered(client, version=1, session_id="told"))[0] == 1
    assert await logged("told") == 1

    await services.prompts.set_label(owner, prompt, "staging", 1)
    both = [
        (await start(client, arms=arms, label=label)).json()["id"]
        for arms, label in zip(mostly, ("production", "staging"), strict=True)
    ]
    for label, version in (("production", 1), ("staging", 2), ("production", 1)):
        assert (await rendered(client, label=label, session_id="two"))[0] == version
    assert await logged("two") == 1, "it had that last"
    assert [await counted(one) for one in both] == [[(1, 1.0), (0, None)], [(0, None), (1, 1.0)]]

    async def held() -> list[str]:
        async with services.units.read(EVERYWHERE) as session:
            return list((await session.exec(select(LiveTestSeatRow.run_id))).all())

    plain = hashlib.sha256(f"{owner.project_id}/silent".encode()).hexdigest()
    names = await held()
    assert not any(plain in one for one in names), "whoever has the database could try every address"
    await services.live_tests.forget_untold()
    assert len(await held()) == len(names) == 6
    async with services.units.write(owner) as work:
        row = await LiveTests(work.session, owner.project_id).get(test["id"])
        row.ended_at = utc_now() - UNTOLD - timedelta(minutes=1)
        work.session.add(row)
    await services.live_tests.forget_untold()
    assert len(await held()) == 4, "those of back and silent are gone, those that were told stay"
    assert await counted() == [(0, None), (2, 0.5)]


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"arms": ARMS[:1]}, 422, "2 to 5 versions"),
        ({"label": "staging"}, 422, "no version under staging"),
        ({"arms": [{"version": 1, "weight": 0}]}, 422, "greater than or equal to 1"),
        ({"metric": "beauty"}, 422, "metric"),
        ({"arms": [*ARMS, {"version": 9, "weight": 1}]}, 404, "no version 9"),
    ],
)
async def test_a_wrong_wish_is_said_in_words(
    client: httpx.AsyncClient, more: dict[str, Any], code: int, words: str
) -> None:
    answer = await start(client, **more)
    assert answer.status_code == code
    assert words in answer.text


async def test_a_second_test_on_the_label_is_refused_until_the_first_is_stopped(client: httpx.AsyncClient) -> None:
    first = (await start(client)).json()
    again = await start(client)
    assert again.status_code == 409
    assert again.json()["detail"].startswith("A live test runs on production already.")
    stopped = await client.post(f"/api/live-tests/{first['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert (await client.post(f"/api/live-tests/{first['id']}/stop")).status_code == 409
    assert (await start(client)).status_code == 201
