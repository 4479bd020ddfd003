"""Who takes over while the flow is answering: nothing of that answer is said any more, and it is kept as a draft."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlmodel import select

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.conversations.shapes import citation_values
from backend.conversations.types import ChatState, Citation
from backend.flows.models import RunRow
from backend.flows.service.begun import Begun
from backend.flows.types import RunStatus, RunWish
from backend.identity.permissions import PERMISSIONS, Role
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.ports.language_model import ModelEvent, TextDelta
from console.state.takeover import TakeoverState
from console.state.trace import TraceState
from console.state.trace_rows import unsent_words
from tests.backend.turns.test_keeping import publish
from tests.backend.turns.test_replaying import owner
from tests.console.state.test_takeover import opened
from tests.console.tab import Tab, tab
from tests.factories import flows
from tests.planting import columns_with

__all__ = ["owner", "tab"]
WHOLE = "You said: Where is it, ada@example.org?"


class Slow:
    """A model that holds back behind its first words until it may go on."""

    def __init__(self, model: Any) -> None:
        self.model, self.num_asked = model, 0
        self.speaks, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def stream(self, *given: Any, **named: Any) -> AsyncGenerator[ModelEvent]:
        self.num_asked += 1
        async with aclosing(self.model.stream(*given, **named)) as events:
            async for event in events:
                yield event
                if isinstance(event, TextDelta):
                    self.speaks.set()
                    await self.may_go_on.wait()


@pytest.fixture
async def slow(services: Services, owner: Operator) -> Slow:
    runner: Any = services.runs._runner
    made = Slow(runner._outside.language_model)
    object.__setattr__(runner._outside, "language_model", made)
    nodes = [
        flows.node("start", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        flows.node("say", "llm"),
        flows.node("end", "output"),
    ]
    await publish(services, owner, flows.document(nodes, [("start.message", "say.prompt"), ("say.text", "end.value")]))
    return made


@pytest.fixture
def maren(owner: Operator) -> Operator:
    return replace(owner, user_id="user_maren", name="Maren", role="reviewer", permissions=PERMISSIONS[Role.REVIEWER])


class Asked:
    """A question whose answer is under way, and what its asker hears."""

    def __init__(self, services: Services, owner: Operator, slow: Slow) -> None:
        self.services, self.owner, self.slow = services, owner, slow
        self.heard: list[dict[str, Any]] = []

    async def begin(self) -> None:
        wish = RunWish({"message": "Where is it, ada@example.org?"}, person="ada")
        self.events = await self.services.runs.stream(self.owner, "desk", wish)
        self.listening = asyncio.create_task(self._listen())
        await self.slow.speaks.wait()
        while not any(one["event"] == "token" for one in self.heard):
            await asyncio.sleep(0.01)
        self.talk, self.run_id = self.heard[0]["conversation_id"], self.heard[0]["run_id"]

    async def _listen(self) -> None:
        async with aclosing(self.events) as events:
            async for event in events:
                self.heard.append(event)

    async def end(self) -> RunStatus:
        """Let the model say the rest."""
        task = self.services.runs._runner.task_of(self.run_id)
        assert task is not None
        self.slow.may_go_on.set()
        return (await task).status

    async def said(self) -> list[tuple[str, str]]:
        transcript = await self.services.conversations.transcript(self.owner, self.talk)
        return [(one.author, one.text) for one in transcript.messages if one.role.value == "assistant"]


@pytest.fixture
async def asked(services: Services, owner: Operator, slow: Slow) -> Asked:
    made = Asked(services, owner, slow)
    await made.begin()
    return made


async def test_an_answer_under_way_is_not_said_but_kept_as_a_draft(
    services: Services, owner: Operator, maren: Operator, asked: Asked
) -> None:
    held = await services.takeovers.take(maren, asked.talk)
    assert (held.draft, held.is_under_way) == ("", True)
    await asyncio.wait_for(asked.listening, 5)
    assert asked.heard[-1]["event"] == "run.waiting"
    assert await asked.end() is RunStatus.WAITING
    assert "".join(one["text"] for one in asked.heard if one["event"] == "token") != WHOLE
    held = await services.takeovers.holder(owner, asked.talk)
    assert held is not None
    assert (held.draft, held.is_under_way) == (WHOLE, False)
    assert await asked.said() == [("desk", "")]
    assert (await services.runs.get(owner, asked.run_id)).run.time_ms > 0
    begun = await Begun(services.units, services.runs._runner).result(owner, asked.run_id)
    assert begun is not None
    assert (begun.status, begun.output) == (RunStatus.WAITING, None)
    (waits,) = await services.takeovers.unanswered(owner, 5)
    assert waits.conversation_id == asked.talk
    await services.takeovers.reply(maren, asked.talk, "It is here.")
    assert await asked.said() == [("Maren", "It is here.")]
    run = (await services.runs.get(owner, asked.run_id)).run
    assert (run.status, run.output, run.usage.tokens_out > 0) == (RunStatus.DONE, {"answer": "It is here."}, True)
    held = await services.takeovers.holder(owner, asked.talk)
    assert held is not None
    assert held.draft == ""


async def test_a_draft_that_is_handed_back_is_said_without_asking_again(
    services: Services, owner: Operator, maren: Operator, asked: Asked, slow: Slow
) -> None:
    await services.takeovers.take(maren, asked.talk)
    await asked.end()
    await services.takeovers.hand_back(maren, asked.talk)
    await services.runs.execute(asked.run_id)
    assert await asked.said() == [("desk", WHOLE)]
    assert slow.num_asked == 1
    opened_talk = await services.conversations.opened(owner, asked.talk, 2)
    assert opened_talk.conversation.state is ChatState.ANSWERED
    assert opened_talk.messages[-1].tokens_out > 0


async def test_a_draft_goes_with_the_run_that_is_cancelled(
    services: Services, owner: Operator, maren: Operator, asked: Asked
) -> None:
    await services.takeovers.take(maren, asked.talk)
    await asked.end()
    await services.runs.cancel(owner, asked.run_id)
    run = (await services.runs.get(owner, asked.run_id)).run
    assert (run.status, run.output) == (RunStatus.CANCELLED, None)


async def test_a_masked_draft_goes_out_with_the_words_of_who_asked(
    services: Services, owner: Operator, maren: Operator, slow: Slow
) -> None:
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    asked = Asked(services, owner, slow)
    await asked.begin()
    await services.takeovers.take(maren, asked.talk)
    await asked.end()
    held = await services.takeovers.holder(maren, asked.talk)
    masked = WHOLE.replace("ada@example.org", "[e-mail 1]")
    assert held is not None
    assert held.draft == masked
    async with aclosing(services.runs.watch(owner, asked.run_id)) as events:
        await anext(events)
        await services.takeovers.reply(maren, asked.talk, held.draft)
        told = await anext(events)
    assert isinstance(told, dict)
    assert told["output"] == {"answer": WHOLE}
    assert await asked.said() == [("Maren", masked)]
    sent = unsent_words(await services.runs.get(owner, asked.run_id), "Maren")
    assert sent == "Maren sent this answer under their name."


async def test_a_draft_that_is_sent_keeps_the_passages_that_it_names(
    services: Services, owner: Operator, maren: Operator, asked: Asked
) -> None:
    await services.takeovers.take(maren, asked.talk)
    await asked.end()
    cited = [citation_values(Citation(number, f"chunk_{number}", "doc", "Returns.md")) for number in (1, 2)]
    async with services.units.write(owner) as work:
        run = (await work.session.exec(select(RunRow).where(RunRow.project_id == owner.project_id))).one()
        run.citations = cited
        work.session.add(run)
    assert (await services.runs.get(owner, asked.run_id)).run.citations == []  # as long as nobody said it
    await services.takeovers.reply(maren, asked.talk, "Within 30 days [2].")
    answer = (await services.conversations.transcript(owner, asked.talk)).messages[-1]
    assert [one.number for one in answer.citations] == [2]
    assert (await services.runs.get(owner, asked.run_id)).run.citations == cited[1:]


@pytest.mark.parametrize("hands_back", [False, True])
async def test_who_replies_before_the_flow_is_done_has_answered(
    services: Services, owner: Operator, maren: Operator, asked: Asked, *, hands_back: bool
) -> None:
    await services.takeovers.take(maren, asked.talk)
    await services.takeovers.reply(maren, asked.talk, "It is here.")
    if hands_back:
        await services.takeovers.hand_back(maren, asked.talk)
    await asked.end()
    assert await asked.said() == [("Maren", "It is here.")]
    assert (await services.runs.get(owner, asked.run_id)).run.status.is_final
    assert await services.takeovers.unanswered(owner, 5) == []
    state = (await services.conversations.opened(owner, asked.talk, 1)).conversation.state
    assert state is ChatState.ANSWERED


async def test_who_hands_back_before_the_flow_is_done_lets_it_answer(
    services: Services, maren: Operator, asked: Asked
) -> None:
    await services.takeovers.take(maren, asked.talk)
    await services.takeovers.hand_back(maren, asked.talk)
    assert await asked.end() is RunStatus.DONE
    assert await asked.said() == [("desk", WHOLE)]


async def test_over_rest_and_on_the_page(services: Services, owner: Operator, tab: Tab, slow: Slow) -> None:
    """A draft is masked as all that is written down; whoever waits over REST is told that a person answers."""
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    key = await services.identity.create_key(owner, "test")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    masked = WHOLE.replace("ada@example.org", "[e-mail 1]")
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as api:
        body = {"input": {"message": "Where is it, ada@example.org?"}}
        waits = asyncio.create_task(api.post("/api/flows/desk/run", json=body))
        await slow.speaks.wait()
        (talk,) = (await api.get("/api/conversation-search")).json()["conversations"]
        path = f"/api/conversations/{talk['id']}/takeover"
        assert (await api.post(path)).json()["is_under_way"] is True
        foot = await opened(tab, talk["id"])
        assert (foot.is_under_way, foot.draft) == (True, "")
        slow.may_go_on.set()
        answer = (await waits).json()
        assert (answer["status"], answer["output"]) == ("waiting", None)
        assert (await api.get(path)).json()["draft"] == masked
        run = (await api.get(f"/api/runs/{answer['run_id']}")).json()
        (listed,) = (await api.get("/api/runs")).json()["runs"]
        assert [(one["status"], one["output"]) for one in (run, listed)] == [("waiting", None)] * 2
        assert [(one["output"], one["inputs"], one["detail"]) for one in run["nodes"]] == [(None, {}, {})] * 3
    await foot.look()
    assert (foot.is_under_way, foot.draft, foot.reply) == (False, masked, "")
    await foot.use_draft()
    assert foot.reply == masked
    await foot.send({"text": foot.reply})
    assert (foot.draft, foot.reply) == ("", "")
    assert isinstance(foot, TakeoverState)


async def test_a_draft_that_was_not_sent_is_told_masked_and_removed(
    services: Services, owner: Operator, maren: Operator, tab: Tab, slow: Slow
) -> None:
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    asked = Asked(services, owner, slow)
    await asked.begin()
    await services.takeovers.take(maren, asked.talk)
    await asked.end()
    await services.takeovers.reply(maren, asked.talk, "Somewhere else")
    drafted = {one for one in await columns_with(services.units, "You said: Where") if "message" not in one}
    assert {one.partition(":")[0] for one in drafted} == {"node_run.output", "node_run.inputs"}
    assert await columns_with(services.units, "ada@example.org") == []
    trace = tab.state(TraceState)
    await trace.show(asked.run_id, "Maren")
    assert trace.unsent == "Maren answered in its place: what was written here was not sent."
    await trace.show(asked.run_id)
    assert trace.unsent == ""
    job = await services.privacy.remove(owner, "ada")
    await services.privacy.execute(job.id)
    assert await columns_with(services.units, "Where is it", "Somewhere else") == []
