"""A person answers in the place of a flow: one at a time, and the flow waits meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC

import httpx
import pytest

from backend import bootstrap
from backend.api.app import create_api
from backend.audit.types import Filters
from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role as Speaker
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.flows.types import RunResult, RunStatus, RunWish, Takeover
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from backend.paging import Page
from console.state.home_needs import need_lines
from tests.factories.flows import chat


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
def maren(operator: Operator) -> Operator:
    return replace(
        operator, user_id="user_maren", name="Maren", role="reviewer", permissions=PERMISSIONS[Role.REVIEWER]
    )


@pytest.fixture
async def talk(services: Services, operator: Operator) -> str:
    """Return a conversation that a flow has answered once."""
    await services.flows.create(operator, "Chat", document=chat())
    await services.flows.publish(operator, "chat")
    return str((await services.runs.run(operator, "chat", RunWish({"message": "Hello"}))).conversation_id)


async def ask(services: Services, operator: Operator, talk: str, text: str) -> RunResult:
    return await services.runs.run(operator, "chat", RunWish({"message": text}, conversation_id=talk))


async def said(services: Services, operator: Operator, talk: str) -> list[tuple[str, str, str]]:
    transcript = await services.conversations.transcript(operator, talk)
    return [(one.author, one.text, one.state.value) for one in transcript.messages]


async def test_the_flow_waits_and_the_person_answers_under_their_name(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    await services.takeovers.take(maren, talk)
    asked = await ask(services, operator, talk, "Is anybody there?")
    assert (asked.status, asked.output) == (RunStatus.WAITING, None)
    assert (await services.approvals.waiting(operator)).items == []
    home = await services.overview.home(operator)
    [waits] = home.unanswered
    assert (waits.conversation_id, waits.question, waits.held_by) == (talk, "Is anybody there?", "Maren")
    [line] = [one for one in need_lines(home, UTC) if one.mark == "wait"]
    assert (line.words, line.name, line.href) == ("Waiting for a person", "Is anybody there?", f"/conversations/{talk}")
    assert home.num_needs == 1
    await services.takeovers.reply(maren, talk, "I am.")
    assert (await services.overview.home(operator)).unanswered == []
    run = (await services.runs.get(operator, asked.run_id)).run
    assert (run.status, run.output) == (RunStatus.DONE, {"answer": "I am."})
    await services.takeovers.reply(maren, talk, "And I stay a while.")
    assert await said(services, operator, talk) == [
        (operator.name, "Hello", "answered"),
        ("Chat", "You said Hello", "answered"),
        (operator.name, "Is anybody there?", "answered"),
        ("Maren", "I am.", "answered"),
        ("Maren", "And I stay a while.", "answered"),
    ]
    await services.takeovers.hand_back(maren, talk)
    assert (await ask(services, operator, talk, "Thanks")).output == {"answer": "You said Thanks"}
    events = (await services.audit.list(operator, Filters(kind="conversation"), Page())).items
    acts = [one.action.partition(".")[2] for one in events]
    assert acts == ["hand_back", "reply", "reply", "take_over"]


async def test_what_nobody_answered_is_the_flows_again(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    await services.takeovers.take(maren, talk)
    waiting = [await ask(services, operator, talk, text) for text in ("One", "Two")]
    queued = await services.runs.enqueue(operator, "chat", RunWish({"message": "Three"}, conversation_id=talk))
    assert queued.status is RunStatus.WAITING
    await services.runs.execute(queued.id)  # a job that comes too early leaves it alone
    await services.takeovers.hand_back(maren, talk)
    for run_id in (*(one.run_id for one in waiting), queued.id):
        await services.runs.execute(run_id)
        assert (await services.runs.get(operator, run_id)).run.status is RunStatus.DONE
    assert [text for _, text, _ in await said(services, operator, talk)][-1] == "You said Three"


async def test_one_reply_answers_the_last_of_several_questions(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    await services.takeovers.take(maren, talk)
    first, last = [await ask(services, operator, talk, text) for text in ("One", "Two")]
    await services.takeovers.reply(maren, talk, "Both.")
    assert (await services.runs.get(operator, first.run_id)).run.status is RunStatus.CANCELLED
    assert (await services.runs.get(operator, last.run_id)).run.output == {"answer": "Both."}
    assert [state for _, _, state in await said(services, operator, talk)][2:] == [
        "answered", "cancelled", "answered", "answered",
    ]  # fmt: skip


async def test_two_people_cannot_hold_one_conversation(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    both = [services.takeovers.take(one, talk) for one in (operator, maren)]
    told = await asyncio.gather(*both, return_exceptions=True)
    (won,), (lost,) = (
        [one for one in told if isinstance(one, Takeover)],
        [one for one in told if isinstance(one, Conflict)],
    )
    assert f"{won.held_by} answers this conversation since" in lost.message
    holder, other = (operator, maren) if won.held_by == operator.name else (maren, operator)
    assert (await services.takeovers.take(holder, talk)).since == won.since
    with pytest.raises(Conflict, match="You do not hold"):
        await services.takeovers.reply(other, talk, "Me too")
    found = await services.takeovers.holder(other, talk)
    assert found is not None
    assert found.held_by == won.held_by


async def test_who_may_not_and_what_is_not_there(
    services: Services, operator: Operator, maren: Operator, talk: str
) -> None:
    viewer = replace(maren, user_id="user_v", role="viewer", permissions=PERMISSIONS[Role.VIEWER])
    with pytest.raises(Forbidden):
        await services.takeovers.take(viewer, talk)
    other = replace(operator, project_id=(await services.identity.create_project(operator, "Other")).id)
    for act in (services.takeovers.take(other, talk), services.takeovers.holder(other, talk)):
        with pytest.raises(NotFound):
            await act
    elsewhere = Report("s", "a", "A", messages=(Told(Speaker.USER, "Hello"),))
    told = (await services.conversations.report(operator, elsewhere)).conversation
    with pytest.raises(Conflict, match="held elsewhere"):
        await services.takeovers.take(operator, told.id)
    await services.takeovers.take(operator, talk)
    with pytest.raises(InvalidInput):
        await services.takeovers.reply(operator, talk, "  ")
    with pytest.raises(Conflict, match="Local owner holds this conversation"):
        await services.takeovers.hand_back(maren, talk)
    await services.takeovers.hand_back(replace(operator, user_id="user_admin"), talk)
    assert await services.takeovers.holder(operator, talk) is None


async def test_it_holds_for_a_process_that_starts_anew(services: Services, operator: Operator, talk: str) -> None:
    """Nothing of it is kept in memory."""
    await services.takeovers.take(operator, talk)
    asked = await ask(services, operator, talk, "Still there?")
    again = await bootstrap.start(services.settings, serving=False)
    try:
        assert (await ask(again, operator, talk, "And now?")).status is RunStatus.WAITING
        await again.takeovers.reply(operator, talk, "Yes.")
        assert (await again.runs.get(operator, asked.run_id)).run.status is RunStatus.CANCELLED
    finally:
        await bootstrap.stop(again)


async def test_over_rest(services: Services, operator: Operator, talk: str) -> None:
    key = await services.identity.create_key(operator, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    path = f"/api/conversations/{talk}"
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as api:
        assert (await api.get(f"{path}/takeover")).json() == {
            "held_by": "", "since": None, "draft": "", "is_under_way": False,
        }  # fmt: skip
        assert (await api.post(f"{path}/takeover")).json()["held_by"] == operator.name
        body = {"input": {"message": "Hello?"}, "conversation_id": talk}
        streamed = (await api.post("/api/flows/chat/run", json={**body, "stream": True})).text
        assert streamed.startswith("event: run.waiting\n")
        assert (await api.post(f"{path}/replies", json={"text": "Here."})).status_code == 204
        assert (await api.delete(f"{path}/takeover")).status_code == 204
        assert (await api.post(f"{path}/replies", json={"text": "Late."})).status_code == 409
    assert (await said(services, operator, talk))[-1] == (operator.name, "Here.", "answered")
