"""A turn is asked again as it was or otherwise; nothing of it shows in the log, and nothing is done anew unasked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.reports import Report, Told
from backend.conversations.types import Channel, Filters, Role
from backend.engines.http.client import GuardedHttp
from backend.errors import Forbidden, InvalidInput
from backend.flows.models import RunRow
from backend.flows.types import Decision, RunStatus, RunWish, Trigger
from backend.identity.permissions import PERMISSIONS
from backend.identity.permissions import Role as Seat
from backend.operator import Operator
from backend.paging import Page
from backend.prompts.types import Content, NewPrompt
from backend.turns.service.replaying import plain
from backend.turns.types import ReplayColumn, ReplayDone, ReplayText
from tests.backend.turns.test_keeping import publish, remembering, say
from tests.doubles.web import PUBLIC_ADDRESS, Names, SeemingInternet, Seen, reply, web
from tests.factories import flows

SAME = ReplayColumn()


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def internet(services: Services) -> AsyncIterator[list[Seen]]:
    """A server that seems public and counts what it was asked."""
    async with answering(services, lambda number: f"call {number}") as seen:
        yield seen


@asynccontextmanager
async def answering(services: Services, words: Callable[[int], str]) -> AsyncIterator[list[Seen]]:
    """Let api.example answer the requests of flows, each with the words of its number."""
    seen: list[Seen] = []

    def answer(one: Seen) -> bytes:
        seen.append(one)
        return reply(json.dumps(words(len(seen))).encode(), content_type="application/json")

    async with web(answer) as server:
        network = SeemingInternet({PUBLIC_ADDRESS: server.port})
        client: Any = GuardedHttp(resolver=Names(api_example=[PUBLIC_ADDRESS]), network=network)
        runner: Any = services.runs._runner
        object.__setattr__(runner._outside, "http", client)
        yield seen
        await client.close()


def booking() -> Any:
    nodes = [
        flows.node("input", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        flows.node("book", "http_request", {"method": "POST", "url": "http://api.example/{{ input.message }}"}),
        flows.node("output", "output"),
    ]
    return flows.document(nodes, [("input.message", "book.data"), ("book.body", "output.value")])


async def prompting(services: Services, owner: Operator) -> str:
    """Publish a flow that asks a model with a prompt of the project's; return the id of the prompt."""
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="One.")))
    await services.prompts.set_label(owner, made.id, "production", 1)
    nodes = [
        flows.node("start", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        flows.node("say", "llm", {"prompt": {"slug": "answer"}, "user": "{{ start.message }}"}),
        flows.node("end", "output"),
    ]
    await publish(services, owner, flows.document(nodes, [("start.message", "say.prompt"), ("say.text", "end.value")]))
    return made.id


async def replayed(
    services: Services, who: Operator, message_id: str, *columns: ReplayColumn, acts: bool = False
) -> list[ReplayDone]:
    events = services.turns.replay(who, message_id, columns or (SAME,), acts=acts)
    ended = {column: event async for column, event in events if isinstance(event, ReplayDone)}
    return [ended[at] for at in sorted(ended)]


async def test_a_turn_is_asked_again_with_its_own_version_and_what_was_said_before(
    services: Services, owner: Operator
) -> None:
    flow_id = await publish(services, owner, remembering())
    conversation, _ = await say(services, owner, {"message": "one"})
    _, message = await say(services, owner, {"message": "two"}, conversation)
    await say(services, owner, {"message": "three"}, conversation)
    flow = await services.flows.get(owner, flow_id)
    await services.flows.save_draft(owner, flow_id, flows.chat(), flow.draft_version)
    await services.flows.publish(owner, flow_id)
    found = await services.turns.look(owner, message)
    assert (found.versions, found.cautions, found.deeds) == ((2, 1), (), ())
    before = await services.conversations.browse(owner, Filters(channels=tuple(Channel)), Page())
    done = await replayed(services, owner, message, SAME, ReplayColumn(2), ReplayColumn("draft"), ReplayColumn(9))
    assert [(one.text, one.version) for one in done[:3]] == [
        ("2 before two", 1),
        ("You said two", 2),
        ("You said two", None),
    ]
    assert "no version 9" in done[3].error
    after = await services.conversations.browse(owner, Filters(channels=tuple(Channel)), Page())
    assert after.facets.total == before.facets.total
    assert after.listed.items == before.listed.items
    run = (await services.runs.get(owner, done[0].run_id)).run
    assert (run.trigger, run.conversation_id) == (Trigger.REPLAY, conversation)


async def test_a_request_is_answered_from_the_record_until_it_may_be_sent_again(
    services: Services, owner: Operator, internet: list[Seen]
) -> None:
    await publish(services, owner, booking())
    _, message = await say(services, owner, {"message": "a-1"})
    found = await services.turns.look(owner, message)
    assert [(one.plate, one.words) for one in found.deeds] == [(2, "POST http://api.example/a-1")]
    (done,) = await replayed(services, owner, message)
    assert (done.text, done.error, len(internet)) == ("call 1", "", 1)
    node = (await services.runs.get(owner, done.run_id)).nodes[1]
    assert node.reason == "as recorded"
    (done,) = await replayed(services, owner, message, acts=True)
    assert (done.text, len(internet)) == ("call 2", 2)


async def test_what_did_not_act_then_does_not_act_in_a_replay(
    services: Services, owner: Operator, internet: list[Seen]
) -> None:
    flow_id = await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "a-1"})
    flow = await services.flows.get(owner, flow_id)
    await services.flows.save_draft(owner, flow_id, booking(), flow.draft_version)
    (done,) = await replayed(services, owner, message, ReplayColumn("draft"))
    assert "did not act then" in done.error
    assert internet == []


async def test_a_replay_takes_the_decision_that_was_taken_then(services: Services, owner: Operator) -> None:
    await publish(services, owner, flows.asking("chat"))
    waits = await services.runs.run(owner, "desk", RunWish({"question": "389 back"}))
    asked = await services.approvals.get(owner, waits.waits_for[0])
    await services.approvals.decide(owner, asked.id, Decision("approve", asked.hash))
    await services.runs.execute(waits.run_id)
    opened = await services.conversations.opened(owner, str(waits.conversation_id), 1)
    (done,) = await replayed(services, owner, opened.messages[-1].id)
    assert (done.text, done.error) == ("389 back", "")
    assert (await services.approvals.waiting(owner, Page())).items == []


async def test_a_replay_that_acts_takes_no_default_past_whom_it_asks(services: Services, owner: Operator) -> None:
    await publish(services, owner, flows.asking("chat", on_limit="approve"))
    waits = await services.runs.run(owner, "desk", RunWish({"question": "389 back"}))
    asked = await services.approvals.get(owner, waits.waits_for[0])
    await services.approvals.decide(owner, asked.id, Decision("refuse", asked.hash, comment="no"))
    await services.runs.execute(waits.run_id)
    opened = await services.conversations.opened(owner, str(waits.conversation_id), 1)
    (done,) = await replayed(services, owner, opened.messages[-1].id, acts=True)
    run = await services.runs.get(owner, done.run_id)
    assert [one.detail["outcome"] for one in run.nodes if one.kind == "approval"] == ["refused"]


async def test_another_version_of_the_prompt_takes_the_place_of_the_one_that_was_used(
    services: Services, owner: Operator
) -> None:
    prompt_id = await prompting(services, owner)
    _, message = await say(services, owner, {"message": "Why?"})
    await services.prompts.save_version(owner, prompt_id, Content(text="Two."))
    await services.prompts.set_label(owner, prompt_id, "production", 2)
    found = await services.turns.look(owner, message)
    assert found.prompt is not None
    assert (found.prompt.slug, found.prompt.version, found.prompt.versions) == ("answer", 1, (2, 1))
    done = await replayed(
        services, owner, message, SAME, ReplayColumn(prompt_version=2), ReplayColumn(model="no:where")
    )
    asked = [(await services.runs.get(owner, one.run_id)).nodes[1].detail.get("messages") for one in done]
    assert [one[0]["content"] for one in asked[:2]] == ["One.", "Two."]
    assert "no:where" in done[2].error
    assert done[0].model


async def test_a_turn_that_was_held_elsewhere_is_asked_of_a_model_alone(services: Services, owner: Operator) -> None:
    said = (
        Told(Role.SYSTEM, "Be {{ kind }}."), Told(Role.USER, "Hello"), Told(Role.ASSISTANT, "Good day."),
        Told(Role.USER, "Where is {% my %} parcel?"),
        Told(Role.ASSISTANT, "Gone.", model="somewhere-4", cost=Decimal("0.0121")),
    )  # fmt: skip
    kept = await services.conversations.report(owner, Report("s", "a", "A", transcript=None, messages=said))
    opened = await services.conversations.opened(owner, kept.conversation.id, 9)
    found = await services.turns.look(owner, opened.messages[-1].id)
    assert [text for _, text in found.messages] == ["Be {{ kind }}.", "Hello", "Good day.", "Where is {% my %} parcel?"]
    assert "somewhere-4" in found.cautions[0] + found.cautions[1]
    assert found.cautions[-1] == "The answer cost $0.0121: each column may cost about as much."
    events = [event async for _, event in services.turns.replay(owner, opened.messages[-1].id, [SAME])]
    assert isinstance(events[-1], ReplayDone)
    assert events[-1].text == "".join(one.text for one in events if isinstance(one, ReplayText))


async def test_a_replay_that_its_process_left_ends_instead_of_going_on(services: Services, owner: Operator) -> None:
    await publish(services, owner, booking())
    async with services.units.write(owner) as work:
        flow = await services.flows.get(owner, "desk")
        work.session.add(
            RunRow(
                id="run_left", project_id=owner.project_id, flow_id=flow.id, snapshot_id="s", status="running",
                trigger="replay", worker=services.runs._worker, input={"message": "a"}, started_at=utc_now(),
                conversation_id="conv_gone",
            )
        )  # fmt: skip
    await services.runs.inherit("run_left", 1)
    run = (await services.runs.get(owner, "run_left")).run
    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "The server stopped during this replay. Replay the turn again.",
    )


async def test_who_may_not_run_flows_replays_nothing(services: Services, owner: Operator) -> None:
    await publish(services, owner, flows.chat())
    _, message = await say(services, owner, {"message": "hello"})
    reviewer = Operator("u", "R", owner.organisation_id, owner.project_id, PERMISSIONS[Seat.REVIEWER], "session")
    with pytest.raises(Forbidden):
        await replayed(services, reviewer, message)
    with pytest.raises(InvalidInput):
        await replayed(services, owner, message, *[SAME] * 7)
    assert (await services.turns.look(reviewer, message)).turn.answer.text == "You said hello"


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}{# x #}{% endraw %}", "plain {", "'{{'"])
async def test_a_text_that_was_said_stays_itself_as_a_template(services: Services, text: str) -> None:
    assert await services.rooms.templates.render(plain(text), {}) == text
