"""The example is made once, whole, also when the first start was killed; reset leaves what people made."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from backend import bootstrap
from backend.columns import utc_now
from backend.conversations.types import Channel, Filters
from backend.demo.content import CHATS, HANDBOOK
from backend.demo.types import SLUG
from backend.knowledge.types import DocumentStatus
from backend.operator import Operator
from backend.paging import Page
from backend.settings import SQLITE_FILE, Settings
from tests.backend.demo.judging import ADDED, Added
from tests.backend.demo.waiting import added
from tests.factories.conversations import chat

KEYS = (SecretStr("the key of the tests " * 2),)  # as in `settings`


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A data directory with the whole example, made once: it takes seconds."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copy(sqlite_template, folder / SQLITE_FILE)

    async def make() -> None:
        made = await bootstrap.start(Settings(data_dir=folder, models="scripted", secret_key=KEYS))
        await made.demo.seed(await made.identity.ensure_owner())
        await bootstrap.stop(made)

    asyncio.run(make())
    return folder


@pytest.fixture
def example(settings: Settings, finished: Path) -> None:
    """Stand behind the first start; ask for it before `running`."""
    shutil.copytree(finished, settings.folder, dirs_exist_ok=True)


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[bootstrap.Services]:
    """The services with their jobs, so that documents are taken in."""
    made = await bootstrap.start(settings)
    yield made
    await bootstrap.stop(made)


@pytest.fixture
async def person(running: bootstrap.Services) -> Operator:
    return await running.identity.ensure_owner()


async def test_the_first_start_makes_the_whole_example(running, person):
    await running.demo.seed(person)
    first = await running.demo.first_run(person)
    assert first.seeded
    flow = await running.flows.get(person, SLUG)
    assert flow.published_version == 1
    assert not [one for one in await running.flows.problems(person, SLUG) if one.severity == "error"]
    base = first.example.knowledge_base
    documents = (await running.knowledge.list_documents(person, base.id)).items
    assert {document.name for document in documents} == set(HANDBOOK)
    assert {document.status for document in documents} == {DocumentStatus.DONE}
    log = await running.conversations.list(person, Filters(), Page())
    assert len(log.items) == len(CHATS) == 3
    assert {one.channel for one in log.items} == {Channel.EXAMPLE}
    assert (await running.conversations.figures(person, Filters())).num == 0


async def test_every_example_answer_cites_a_passage_that_is_there(example, running, person):
    for conversation in (await running.conversations.list(person, Filters(), Page())).items:
        for message in (await running.conversations.transcript(person, conversation.id)).messages[1::2]:
            [citation] = message.citations
            chunks = (await running.knowledge.list_chunks(person, citation.document_id)).items
            assert citation.chunk_id in {chunk.id for chunk in chunks}
            assert message.text.replace(" [1]", "").rstrip(".") in " ".join(citation.text.split())


async def test_a_second_start_makes_nothing(example, running, person):
    before = await running.demo.first_run(person)
    await running.demo.seed(person)
    assert (await running.demo.first_run(person)).example == before.example
    assert sorted(one.name for one in (await running.knowledge.list(person)).items) == ["Handbook", "My documents"]
    assert len((await running.conversations.list(person, Filters(), Page())).items) == 3


@pytest.mark.parametrize("at", [2, 4, 11, 12, 14])
async def test_a_start_that_stopped_anywhere_is_finished_by_the_next(running, person, monkeypatch, at):
    """Break at the n-th unit of work of the example, as a kill would, then start again."""
    number = 0
    write = type(running.units).write
    ours = asyncio.current_task()

    def breaking(units, *where):
        nonlocal number
        number += asyncio.current_task() is ours
        if number == at and asyncio.current_task() is ours:
            raise asyncio.CancelledError
        return write(units, *where)

    monkeypatch.setattr(type(running.units), "write", breaking)
    with pytest.raises(asyncio.CancelledError):
        await running.demo.seed(person)
    monkeypatch.undo()
    await running.demo.seed(person)
    first = await running.demo.first_run(person)
    assert first.seeded
    assert sorted(one.name for one in (await running.knowledge.list(person)).items) == ["Handbook", "My documents"]
    documents = (await running.knowledge.list_documents(person, first.example.knowledge_base.id)).items
    assert sorted(document.name for document in documents) == sorted(HANDBOOK)
    assert len((await running.conversations.list(person, Filters(), Page())).items) == 3
    assert [flow.slug for flow in (await running.flows.list(person)).items] == [SLUG]


async def test_the_steps_are_open_at_first_and_close_as_they_are_done(example, running, person):
    assert (await running.demo.first_run(person)).num_done == 0
    await added(running, person, ADDED)
    flow = await running.flows.get(person, SLUG)
    await chat(running.conversations, running.units, person, ask={"flow_id": flow.id, "channel": Channel.CONSOLE})
    first = await running.demo.first_run(person)
    assert first.asked_at
    assert first.added_at
    assert first.connected_at is None
    assert not first.over


async def test_another_flow_and_another_knowledge_base_close_their_steps_too(example, running, person):
    other = await running.flows.create(person, "Returns desk")
    await chat(running.conversations, running.units, person, ask={"flow_id": other.id, "channel": Channel.CONSOLE})
    base = await running.knowledge.create(person, "Returns")
    await added(running, person, ADDED, base.id)
    first = await running.demo.first_run(person)
    assert (bool(first.asked_at), bool(first.added_at), first.connected_at) == (True, True, None)


async def test_a_call_over_rest_is_no_first_question(example, running, person):
    flow = await running.flows.get(person, SLUG)
    await chat(running.conversations, running.units, person, ask={"flow_id": flow.id, "channel": Channel.API})
    assert (await running.demo.first_run(person)).asked_at is None


async def test_the_last_answer_of_a_person_is_found_again(example, running, person):
    assert await running.demo.last_asked(person) is None
    flow = await running.flows.get(person, SLUG)
    asked = {"flow_id": flow.id, "channel": Channel.CONSOLE}
    await chat(running.conversations, running.units, replace(person, name="Somebody else"), ask=asked)
    assert await running.demo.last_asked(person) is None
    await chat(running.conversations, running.units, person, said="Anything?", ask=asked)
    last = await running.demo.last_asked(person)
    assert (last.question, last.answer.role) == ("Anything?", "assistant")


async def test_in_a_talk_that_goes_on_the_last_question_stands_with_its_own_answer(example, running, person):
    flow = await running.flows.get(person, SLUG)
    log, asked = running.conversations, {"flow_id": flow.id, "channel": Channel.CONSOLE}
    first = await chat(log, running.units, person, said="First?", ask=asked, reply={"text": "One."})
    on = {"conversation_id": first.conversation_id, "ask": asked}
    await chat(log, running.units, person, said="Second?", reply={"text": "Two."}, **on)
    last = await running.demo.last_asked(person)
    assert (last.question, last.answer.text) == ("Second?", "Two.")
    await chat(log, running.units, replace(person, name="Somebody else"), said="Third?", reply={"text": "3."}, **on)
    last = await running.demo.last_asked(person)
    assert (last.question, last.answer.text) == ("Second?", "Two.")


async def test_a_step_tells_when_it_was_done_and_not_when_it_was_seen(example, running, person):
    flow = await running.flows.get(person, SLUG)
    document = await added(running, person, ADDED)
    at = utc_now() - timedelta(hours=3)
    asked = {"flow_id": flow.id, "channel": Channel.CONSOLE}
    turn = await chat(running.conversations, running.units, person, at=at, ask=asked)
    on = {"conversation_id": turn.conversation_id, "ask": asked}
    await chat(running.conversations, running.units, person, at=at + timedelta(hours=1), **on)
    await chat(running.conversations, running.units, person, ask=asked)
    first = await running.demo.first_run(person)
    assert (first.asked_at, first.added_at) == (at, document.created_at)


async def test_a_document_in_the_example_flow_is_read_beside_the_handbook(example, running, person):
    first = await running.demo.first_run(person)
    search = next(node for node in (await running.flows.get(person, SLUG)).draft.nodes if node.id == "search")
    assert search.config["knowledge_bases"] == [first.example.knowledge_base.id, first.example.own_base.id]
    assert first.example.own_base.name == "My documents"


async def test_a_step_stays_done_when_its_thing_is_deleted(example, running, person):
    document = await added(running, person, ADDED)
    done_at = (await running.demo.first_run(person)).added_at
    await running.knowledge.delete_document(person, document.id)
    assert (await running.demo.first_run(person)).added_at == done_at


async def test_a_document_that_cannot_be_read_does_not_close_its_step(example, running, person):
    document = await added(running, person, Added("empty.txt", "", ()))
    assert document.status is DocumentStatus.FAILED
    assert (await running.demo.first_run(person)).added_at is None


async def test_hiding_is_kept_and_taken_back(example, running, person):
    await running.demo.hide(person)
    assert (await running.demo.first_run(person)).over
    await running.demo.hide(person, hidden=False)
    assert not (await running.demo.first_run(person)).over


async def test_reset_restores_what_was_removed_and_keeps_what_people_made(example, running, person):
    mine = await added(running, person, ADDED)
    my_flow = await running.flows.create(person, "My own flow")
    flow = await running.flows.get(person, SLUG)
    my_chat = await chat(running.conversations, running.units, person, ask={"flow_id": flow.id})
    log = (await running.conversations.list(person, Filters(), Page())).items
    await running.conversations.delete(person, next(one.id for one in log if one.id != my_chat.conversation_id))
    await running.flows.delete(person, SLUG)

    await running.demo.reset(person)

    first = await running.demo.first_run(person)
    handbook, own = first.example.knowledge_base.id, first.example.own_base.id
    names = [one.name for one in (await running.knowledge.list_documents(person, handbook)).items]
    assert sorted(names) == sorted(HANDBOOK)
    assert own == mine.knowledge_base_id != handbook
    assert [one.name for one in (await running.knowledge.list_documents(person, own)).items] == [ADDED.name]
    assert (await running.flows.get(person, SLUG)).published_version
    assert (await running.flows.get(person, my_flow.id)).name == "My own flow"
    assert len((await running.conversations.list(person, Filters(), Page())).items) == len(CHATS) + 1
    assert first.example.flow is not None
    flows = (await running.conversations.browse(person, Filters(), Page())).facets.flows
    assert [(one.value, one.count) for one in flows] == [(first.example.flow.id, len(CHATS) + 1)]
