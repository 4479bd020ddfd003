"""Every run of every flow is a conversation: what was no chat comes behind, and what an experiment asked is hidden."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from backend.bootstrap import Services
from backend.conversations.details import MAX_CHARACTERS
from backend.conversations.types import Channel, ChatState, Filters
from backend.errors import InvalidInput
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import Chat
from backend.flows.engine.loader import Loader
from backend.flows.models import RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.service import run_log
from backend.flows.service.run_log import RunLog
from backend.flows.types import Decision, RunStatus, RunWish, Trigger
from backend.masking.finding import found_in
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from tests.factories.flows import asking, chat, document, echo, greeting, node
from tests.tenancy import EVERYWHERE


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
def log(services: Services) -> RunLog:
    units, talks = services.units, services.conversations
    return RunLog(units, talks, Loader(units, services.rooms.templates, KINDS, Chat(units, talks)))


async def run(services: Services, operator: Operator, flow: FlowDocument, given: dict, trigger=Trigger.API, **more):
    made = await services.flows.create(operator, "Form", document=flow)
    await services.flows.publish(operator, made.slug)
    return await services.runs.run(operator, made.slug, RunWish(given, trigger=trigger, **more))


async def listed(services: Services, operator: Operator, *channels: Channel):
    return (await services.conversations.list(operator, Filters(channels=channels), Page())).items


async def test_a_form_is_a_conversation_once_it_ended(services: Services, operator: Operator, log: RunLog) -> None:
    metadata = {"plan": "gold", "deep": [1, {"a": None}]}
    result = await run(services, operator, echo(), {"question": "Who pays?"}, details=metadata)
    assert await listed(services, operator) == []
    assert await log.write() == 1
    found = (await services.runs.get(operator, result.run_id)).run
    transcript = await services.conversations.transcript(operator, found.conversation_id or "")
    assert [(one.role.value, one.author, one.text, one.run_id) for one in transcript.messages] == [
        ("user", operator.name, "Who pays?", result.run_id),
        ("assistant", "Form", "Who pays?", result.run_id),
    ]
    conversation = transcript.conversation
    assert (conversation.channel, conversation.version, conversation.num_turns) == (Channel.API, 1, 1)
    assert conversation.flow_id == found.flow_id
    assert conversation.person == operator.name
    assert conversation.started_at == found.started_at
    assert (await services.conversations.opened(operator, conversation.id)).details == metadata
    async with services.units.read(EVERYWHERE) as session:
        assert [one.details for one in await session.exec(select(RunRow))] == [None]  # it stands in one place
    assert await log.write() == 0
    assert [one.id for one in await listed(services, operator)] == [conversation.id]


async def test_a_run_that_cannot_be_masked_holds_up_no_other(
    services: Services,
    operator: Operator,
    log: RunLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def poisoned(text: str, looked: Any) -> Any:
        if "poison" in text:
            raise ValueError(text)
        return found_in(text, looked)

    first = await run(services, operator, echo(), {"question": "poison"})
    for _ in range(2):
        await services.runs.run(operator, "form", RunWish({"question": "I am ada@example.org"}))
    await services.masking.set_rules(operator, MaskingRules(frozenset({Kind.EMAIL})))
    for at_once, num_found in ((3, [3, 0]), (1, [1, 0])):
        monkeypatch.setattr(run_log, "AT_ONCE", at_once)
        with monkeypatch.context() as patch:
            patch.setattr("backend.masking.masker.found_in", poisoned)
            assert [await log.write() for _ in num_found] == num_found
        found = await listed(services, operator)
        assert [one.title for one in found] == ["I am [e-mail 1]"] * 2
        assert f"run {first.run_id} could not be masked" in caplog.text
        assert "poison" not in caplog.text
        log._left.clear()
    monkeypatch.setattr(run_log, "LATER_SECONDS", 0)
    assert await log.write() == 1
    assert len(await listed(services, operator)) == 3


async def test_values_of_a_form_are_named_and_failures_kept(
    services: Services, operator: Operator, log: RunLog
) -> None:
    nodes = [
        node("input", "input", {"mode": "form", "fields": [{"name": "who"}, {"name": "age", "type": "number"}]}),
        node("talk", "template", {"template": "{{ input.age / 0 }}"}),
        node("output", "output"),
    ]
    flow = document(nodes, [("input.who", "talk.data"), ("talk.text", "output.value")])
    result = await run(services, operator, flow, {"who": "Maren", "age": 3})
    assert result.status is RunStatus.FAILED
    await log.write()
    [conversation] = await listed(services, operator)
    question, answer = (await services.conversations.transcript(operator, conversation.id)).messages
    assert question.text == "who: Maren\nage: 3"
    assert (conversation.state, answer.state, answer.error) == (ChatState.FAILED, ChatState.FAILED, result.error)
    assert conversation.last_text == result.error


@pytest.mark.parametrize(("mode", "field"), [("form", "question"), ("chat", "message")])
async def test_the_projects_default_model_is_named_where_it_answered(
    services: Services, operator: Operator, log: RunLog, mode: str, field: str
) -> None:
    nodes = [
        node("input", "input", {"mode": mode, "fields": [{"name": field}]}),
        node("say", "llm"),
        node("output", "output"),
    ]
    flow = document(nodes, [(f"input.{field}", "say.prompt"), ("say.text", "output.value")])
    result = await run(services, operator, flow, {field: "Who pays?"})
    assert result.status is RunStatus.DONE
    await log.write()
    [conversation] = await listed(services, operator)
    messages = (await services.conversations.transcript(operator, conversation.id)).messages
    assert [one.model for one in messages] == ["", "scripted:scripted"]


async def test_a_question_that_the_passages_do_not_answer_is_no_answer(
    services: Services, operator: Operator, log: RunLog
) -> None:
    base = await services.knowledge.create(operator, "Empty")
    nodes = [
        node("input", "input"),
        node("work", "rag_answer", {"knowledge_bases": [base.id], "not_found": "No answer in Empty."}),
        node("output", "output"),
    ]
    flow = document(nodes, [("input.question", "work.question"), ("work.answer", "output.value")])
    await run(services, operator, flow, {"question": "Who pays?"})
    await log.write()
    [conversation] = await listed(services, operator)
    assert (conversation.state, conversation.last_text) == (ChatState.UNANSWERED, "No answer in Empty.")
    # Other words than the flow's own say nothing of whether there is an answer; that no passage is cited is plain.
    nodes.append(node("words", "template", {"template": "Sorry. {{ work.answer }}"}))
    around = document(
        nodes, [("input.question", "work.question"), ("work.answer", "words.data"), ("words.text", "output.value")]
    )
    await run(services, operator, around, {"question": "Who pays?"})
    await log.write()
    latest = (await listed(services, operator))[0]
    assert (latest.state, latest.last_text) == (ChatState.UNSOURCED, "Sorry. No answer in Empty.")
    found = await services.conversations.list(operator, Filters(states=(ChatState.UNSOURCED,)), Page())
    assert [one.id for one in found.items] == [latest.id]


async def test_what_an_experiment_asked_shows_only_where_it_is_chosen(
    services: Services, operator: Operator, log: RunLog
) -> None:
    result = await run(services, operator, chat(), {"message": "Hello"}, Trigger.EXPERIMENT)
    assert result.conversation_id is None
    assert await log.write() == 0
    assert await log.write(experiments=True) == 1
    assert await listed(services, operator) == []
    assert await services.conversations.reported(operator) == []
    [found] = await listed(services, operator, Channel.EXPERIMENT)
    assert found.title == "Hello"
    facets = (await services.conversations.browse(operator, Filters(), Page())).facets
    assert (facets.total, facets.matching) == (0, 0)
    assert {one.value: one.count for one in facets.channels}["experiment"] == 1
    assert [one.count for one in facets.flows] == [0]
    chosen = (await services.conversations.browse(operator, Filters(channels=(Channel.EXPERIMENT,)), Page())).facets
    assert (chosen.total, chosen.matching) == (1, 1)


async def test_a_chat_is_not_written_twice(services: Services, operator: Operator, log: RunLog) -> None:
    await run(services, operator, chat(), {"message": "Hello"})
    assert await log.write() == 0
    assert len(await listed(services, operator)) == 1


async def test_a_document_that_is_gone_keeps_no_run_out(
    services: Services, operator: Operator, log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await run(services, operator, greeting(), {"question": "Ada"})
    async with services.units.write(EVERYWHERE) as work:
        row = await work.session.get(RunRow, result.run_id)
        row.snapshot_id, row.trigger = "snap_gone", "cron"
        row.citations = [{"number": "none"}]
        row.output = {"answer": "x" * 200}
    monkeypatch.setattr(run_log, "MAX_CHARACTERS", 100)
    assert await log.write() == 1
    [conversation] = await listed(services, operator)
    answer = (await services.conversations.transcript(operator, conversation.id)).messages[1]
    assert answer.text == "x" * 100 + "…"
    assert answer.citations == ()


async def test_a_key_asks_in_the_name_of_whom_it_told(services: Services, operator: Operator) -> None:
    made = await services.flows.create(operator, "Chat", document=chat())

    async def ask(trigger: Trigger, person: str = "", talk: str | None = None) -> str:
        wish = RunWish({"message": "Hello"}, "draft", trigger=trigger, person=person, conversation_id=talk)
        return str((await services.runs.run(operator, made.slug, wish)).conversation_id)

    talk = await ask(Trigger.API, "customer-7")
    await ask(Trigger.API, talk=talk)
    await ask(Trigger.CONSOLE, talk=talk)
    said = (await services.conversations.transcript(operator, talk)).messages
    assert [one.author for one in said if one.role == "user"] == ["customer-7", "customer-7", operator.name]


async def test_each_run_of_a_chat_adds_to_its_metadata(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = await run(services, operator, chat(), {"message": "Hello"}, details={"plan": "gold", "shop": "\0Kiel"})
    talk = str(result.conversation_id)

    async def again(details: dict[str, Any] | None) -> dict[str, Any]:
        wish = RunWish({"message": "And?"}, conversation_id=talk, details=details)
        await services.runs.run(operator, "form", wish)
        return (await services.conversations.opened(operator, talk)).details

    assert await again(None) == {"plan": "gold", "shop": "Kiel"}
    assert await again({"plan": "silver", "seats": 3}) == {"plan": "silver", "shop": "Kiel", "seats": 3}
    with pytest.raises(InvalidInput):
        await again({"notes": "x" * MAX_CHARACTERS})
    monkeypatch.setattr("backend.conversations.repository.details.MAX_TOGETHER", 60)
    with pytest.raises(InvalidInput):
        await again({"more": "x" * 30})
    assert len((await services.conversations.transcript(operator, talk)).messages) == 6  # nothing is half written


async def test_a_form_that_a_person_refused_is_called_so(services: Services, operator: Operator, log: RunLog) -> None:
    (waits,) = (await run(services, operator, asking(), {"question": "May I?"})).waits_for
    asked = await services.approvals.get(operator, waits)
    await services.approvals.decide(operator, waits, Decision("refuse", asked.hash, comment="No"))
    await services.runs.execute(asked.run_id)
    assert await log.write() == 1
    assert [(one.state, one.last_text) for one in await listed(services, operator)] == [(ChatState.REFUSED, "No: No")]
