"""Runs through the service: chats, streams, jobs, cancel."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from backend.bootstrap import Services
from backend.errors import InvalidInput, NotFound, Unavailable
from backend.flows.document import FlowDocument
from backend.flows.models import FlowSnapshotRow, RunRow
from backend.flows.types import RunStatus, RunWish, run_topic
from backend.operator import Operator
from tests.factories.flows import document, echo, greeting, node
from tests.tenancy import EVERYWHERE


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


def chat():
    """Return a chat whose answer holds how many messages came before."""
    template = "{{ input.question }} after {{ input.history | length }}"
    nodes = [node("input", "input"), node("talk", "template", {"template": template}), node("output", "output")]
    return document(nodes, [("input.question", "talk.data"), ("talk.text", "output.value")])


async def publish(services: Services, operator: Operator, flow) -> str:
    made = await services.flows.create(operator, "F", document=flow)
    await services.flows.publish(operator, made.slug)
    return made.slug


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "question is missing."),
        ({"question": ""}, "question is missing."),
        ({"question": 3}, "question must be text."),
        ({"question": "x", "data": {"nodes": []}}, "data is not a field of this flow."),
    ],
)
async def test_wrong_input_starts_no_run(services: Services, operator: Operator, given: dict, words: str) -> None:
    slug = await publish(services, operator, echo())
    with pytest.raises(InvalidInput, match=words):
        await services.runs.run(operator, slug, RunWish(given))
    assert (await services.runs.list(operator)).items == []


async def test_a_chat_is_a_conversation_that_goes_on(services: Services, operator: Operator) -> None:
    slug = await publish(services, operator, chat())
    first = await services.runs.run(operator, slug, RunWish({"question": "One"}))
    assert first.output == {"answer": "One after 0"}
    assert first.conversation_id
    second = await services.runs.run(
        operator, slug, RunWish({"question": "Two"}, conversation_id=first.conversation_id)
    )
    assert second.output == {"answer": "Two after 2"}
    assert second.conversation_id == first.conversation_id
    transcript = await services.conversations.transcript(operator, first.conversation_id)
    assert [(message.role.value, message.text, message.run_id) for message in transcript.messages] == [
        ("user", "One", first.run_id),
        ("assistant", "One after 0", first.run_id),
        ("user", "Two", second.run_id),
        ("assistant", "Two after 2", second.run_id),
    ]
    other = await services.runs.run(operator, slug, RunWish({"question": "New"}))
    assert other.conversation_id != first.conversation_id
    with pytest.raises(NotFound):
        await services.runs.run(operator, slug, RunWish({"question": "x"}, conversation_id="conv_unknown"))


async def test_a_form_has_no_conversation(services: Services, operator: Operator) -> None:
    slug = await publish(services, operator, echo())
    result = await services.runs.run(operator, slug, RunWish({"question": "x"}))
    assert result.conversation_id is None
    with pytest.raises(InvalidInput):
        await services.runs.run(operator, slug, RunWish({"question": "x"}, conversation_id="conv_1"))


async def test_a_stream_tells_every_node_in_order(services: Services, operator: Operator) -> None:
    slug = await publish(services, operator, greeting())
    events = [event async for event in await services.runs.stream(operator, slug, RunWish({"question": "you"}))]
    told = [(event["event"], event.get("node")) for event in events]
    assert told == [
        ("node.started", "input"),
        ("node.done", "input"),
        ("node.started", "hello"),
        ("node.done", "hello"),
        ("node.started", "output"),
        ("node.done", "output"),
        ("run.done", None),
    ]
    assert events[-1]["output"] == {"answer": "Hello you"}
    assert events[3]["output_preview"] == "Hello you"
    assert len({event["run_id"] for event in events}) == 1


async def test_a_stream_that_nobody_reads_to_the_end_runs_on(services: Services, operator: Operator) -> None:
    slug = await publish(services, operator, greeting())
    stream = await services.runs.stream(operator, slug, RunWish({"question": "you"}))
    first = await anext(stream)
    await stream.aclose()
    for _ in range(200):
        found = [run for run in (await services.runs.list(operator)).items if run.id == first["run_id"]]
        if found and found[0].status is RunStatus.DONE:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the run did not end by itself")


async def test_a_reader_that_fell_behind_is_told_the_rest_from_the_record(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.events, "_max_waiting", 2)
    slug = await publish(services, operator, greeting())
    stream = await services.runs.stream(operator, slug, RunWish({"question": "you"}))
    first = await anext(stream)
    while not (await found_run(services, operator, first["run_id"])):
        await asyncio.sleep(0.01)
    rest = [event async for event in stream]
    assert [event["node"] for event in rest if event["event"] == "node.done"] == ["input", "hello", "output"]
    assert rest[-1]["event"] == "run.done"
    assert rest[-1]["output"] == {"answer": "Hello you"}
    assert rest[-1]["run_id"] == first["run_id"]


async def test_a_watcher_that_fell_behind_goes_on_with_the_record(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.events, "_max_waiting", 2)
    slug = await publish(services, operator, greeting())
    stream = await services.runs.stream(operator, slug, RunWish({"question": "you"}))
    run_id = (await anext(stream))["run_id"]
    await stream.aclose()
    while not (await found_run(services, operator, run_id)):
        await asyncio.sleep(0.01)
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(RunRow).where(RunRow.id == run_id).values(status="running"))
    watched = services.runs.watch(operator, run_id)
    assert (await anext(watched)).run.status is RunStatus.RUNNING
    for number in range(5):
        await services.events.publish(run_topic(run_id), {"event": "token", "node": "hello", "text": str(number)})
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(RunRow).where(RunRow.id == run_id).values(status="done"))
    rest = [event async for event in watched]
    assert [event["text"] for event in rest if isinstance(event, dict)] == ["0", "1"]
    assert rest[-1].run.status is RunStatus.DONE


async def found_run(services: Services, operator: Operator, run_id: str) -> bool:
    """Tell whether the run stands in the record with its end."""
    listed = (await services.runs.list(operator)).items
    return any(run.id == run_id and run.status.is_final for run in listed)


async def test_an_asynchronous_run_is_carried_out_by_its_job(services: Services, operator: Operator) -> None:
    await services.jobs.start()
    try:
        slug = await publish(services, operator, chat())
        queued = await services.runs.enqueue(operator, slug, RunWish({"question": "One"}))
        assert queued.status is RunStatus.QUEUED
        for _ in range(500):
            run = (await services.runs.get(operator, queued.id)).run
            if run.status.is_final:
                break
            await asyncio.sleep(0.02)
        assert (run.status, run.output) == (RunStatus.DONE, {"answer": "One after 0"})
        await services.runs.execute(queued.id)
        assert (await services.runs.get(operator, queued.id)).run.attempt == 1
        transcript = await services.conversations.transcript(operator, run.conversation_id)
        assert [message.text for message in transcript.messages] == ["One", "One after 0"]
    finally:
        await services.jobs.stop()


async def test_a_queued_run_can_be_cancelled_before_it_begins(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = await publish(services, operator, echo())

    async def keep(*_: object) -> None: ...

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    queued = await services.runs.enqueue(operator, slug, RunWish({"question": "One"}))
    assert [waiting.row_id for waiting in await services.runs.waiting()] == [queued.id]
    assert (await services.runs.cancel(operator, queued.id)).status is RunStatus.CANCELLED
    await services.runs.execute(queued.id)
    run = (await services.runs.get(operator, queued.id)).run
    assert (run.status, run.output) == (RunStatus.CANCELLED, None)
    assert (await services.runs.cancel(operator, queued.id)).finished_at == run.finished_at


async def test_a_finished_run_shows_the_document_it_ran(services: Services, operator: Operator) -> None:
    slug = await publish(services, operator, greeting())
    result = await services.runs.run(operator, slug, RunWish({"question": "you"}))
    await services.flows.save_draft(operator, slug, echo(), 1)
    found = await services.runs.get(operator, result.run_id)
    assert [one.id for one in found.document.nodes] == ["input", "hello", "output"]
    assert [(one.plate, one.node, one.status.value) for one in found.nodes] == [
        (1, "input", "done"),
        (2, "hello", "done"),
        (3, "output", "done"),
    ]
    assert found.run.version == 1


async def test_a_queued_run_that_cannot_be_carried_out_any_more_fails_in_words(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a release that knows a kind of node no more: the start goes on, the run and its chat end."""
    slug = await publish(services, operator, chat())

    async def keep(*_: object) -> None: ...

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    queued = await services.runs.enqueue(operator, slug, RunWish({"question": "One"}))
    gone = document([node("x", "teleport")], []).as_json()
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(FlowSnapshotRow).values(document=gone))
    services.runs._loader._plans.__init__()
    await services.runs.execute(queued.id)
    run = (await services.runs.get(operator, queued.id)).run
    assert (run.status, run.error) == (RunStatus.FAILED, "There is no node kind called teleport.")
    transcript = await services.conversations.transcript(operator, run.conversation_id)
    assert transcript.messages[-1].error == "There is no node kind called teleport."


async def test_a_queued_chat_that_is_cancelled_owes_no_answer(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = await publish(services, operator, chat())

    async def keep(*_: object) -> None: ...

    monkeypatch.setattr(services.jobs, "enqueue", keep)
    queued = await services.runs.enqueue(operator, slug, RunWish({"question": "One"}))
    await services.runs.cancel(operator, queued.id)
    transcript = await services.conversations.transcript(operator, queued.conversation_id)
    assert [(message.state.value, message.error) for message in transcript.messages] == [
        ("answered", ""),
        ("cancelled", "The run was cancelled."),
    ]


async def test_who_waits_for_a_run_that_the_stopping_server_cuts_off_is_told(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = await publish(services, operator, echo())
    cut = asyncio.create_task(asyncio.sleep(30))
    monkeypatch.setattr(services.runs._runner, "start", lambda _job: cut)
    asking = asyncio.create_task(services.runs.run(operator, slug, RunWish({"question": "One"})))
    asyncio.get_running_loop().call_later(0.05, cut.cancel)
    with pytest.raises(Unavailable, match="goes on at its next start"):
        await asyncio.wait_for(asking, 5)


@pytest.mark.parametrize("flow", [chat(), echo()], ids=["chat", "form"])
async def test_what_no_database_keeps_is_taken_out_of_the_question(
    services: Services, operator: Operator, flow: FlowDocument
) -> None:
    slug = await publish(services, operator, flow)
    result = await services.runs.run(operator, slug, RunWish({"question": "a\0\ud83d\ude00\ud800"}))
    assert str((result.output or {})["answer"]).startswith("a😀\ufffd")
    assert (await services.runs.get(operator, result.run_id)).run.input == {"question": "a😀\ufffd"}
