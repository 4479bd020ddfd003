"""Annotation queues as the socket drives them: made, filled from the log, labelled key by key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import ConfigKind, NewQueue, Queue, Target
from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role, Turn
from backend.errors import InvalidInput, NotFound
from backend.operator import Operator
from backend.paging import Page
from console.pages.annotation import annotation
from console.state.annotate import AnnotateState
from console.state.annotation import AnnotationState
from console.state.annotation_items import AnnotationItemsState
from console.state.annotation_scores import score_of
from console.state.conversations import ConversationsState
from console.state.queue_form import QueueFormState
from console.state.queue_pick import QueuePickState
from tests.console.tab import Tab, refused, tab
from tests.factories.conversations import chat

__all__ = ["tab"]
GOOD = config_of({"name": "good", "question": "Is it right?"})
YES = True
WHY = config_of({"name": "why", "kind": "text"})


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def turns(services: Services, person: Operator) -> list[Turn]:
    return [await chat(services.conversations, services.units, person, said=f"Question {at}") for at in range(3)]


async def queue_of(services: Services, person: Operator, turns: list[Turn], *configs: object) -> Queue:
    made = await services.annotations.create_queue(person, NewQueue("Answers", configs or (GOOD,)))  # type: ignore[arg-type]
    answers = [Target(one.conversation_id, one.answer_id) for one in turns]
    await services.annotations.add_items(person, made.id, answers)
    return made


@pytest.mark.parametrize("kind", [AnnotationState, QueueFormState, AnnotationItemsState, AnnotateState, QueuePickState])
async def test_no_handler_answers_a_tab_without_a_session(services: Services, kind: type) -> None:
    await refused(kind, {"save": [{}], "send": [{}], "add": [{}]})


async def test_a_queue_is_made_by_its_form(services: Services, tab: Tab, person: Operator) -> None:
    listed, state = tab.state(AnnotationState), tab.state(QueueFormState)
    await listed.load()
    assert (listed.phase, str(annotation()).count('"New queue"')) == ("empty", 2)  # above, and where the list would be
    await state.open()
    await state.add_score()
    form = {"name": "Answers", "score-0": "good", "kind-0": "boolean", "score-1": "tone", "kind-1": "category",
            "choices-1": "kind=k, curt", "num_labels": "1", "lock_minutes": "x",
            f"person-{person.user_id}": "on"}  # fmt: skip
    assert await state.save(form) is None
    assert (list(state.errors), state.opened) == (["lock_minutes"], True)
    assert await state.save({**form, "lock_minutes": "10"}) is not None
    await listed.load()
    (line,) = listed.rows
    assert (line.name, line.asks, line.people, line.done) == ("Answers", "good, tone", person.name, "0 of 0 items")
    (made,) = await services.annotations.queues(person)
    assert [(one.name, one.key) for one in made.about.configs[1].options] == [("kind", "k"), ("curt", "2")]


def test_scores_are_read_as_people_write_them() -> None:
    assert (score_of("scale", "number", " 1 to 5 ").low, score_of("scale", "number", "1-5").high) == (1.0, 5.0)
    assert score_of("x", "no such kind", "").kind is ConfigKind.BOOLEAN
    options = score_of("tone", "category", " kind = k , a=b c,, plain").options
    assert [(one.name, one.key) for one in options] == [("kind", "k"), ("a=b c", ""), ("plain", "")]
    with pytest.raises(InvalidInput):
        score_of("scale", "number", "many")


async def test_a_key_labels_and_shows_the_next(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    queue = await queue_of(services, person, turns)
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    assert (state.phase, state.asked.question, [one.key for one in state.asked.buttons]) == (
        "ready", "Is it right?", ["y", "n"],
    )  # fmt: skip
    assert [line.agent for line in state.messages] == [False, True]
    first = state.asked.item_id
    await state.label(first, "good", "1")
    assert (state.message_id, state.left, state.mine) == (turns[1].answer_id, "1 of 3 items done", "1 by you")
    await state.label(first, "good", "1")  # the same press again
    assert (state.message_id, state.left) == (turns[1].answer_id, "1 of 3 items done")
    await state.skip(state.asked.item_id)
    assert (state.message_id, state.mine) == (turns[2].answer_id, "1 by you, 1 skipped")
    await state.undo()
    assert state.message_id == turns[1].answer_id
    await state.undo()
    assert (state.message_id, state.left) == (turns[0].answer_id, "0 of 3 items done")
    for _ in turns:
        await state.label(state.asked.item_id, "good", "0")
    assert (state.phase, state.asked, state.percent) == ("empty", None, 100)
    assert (state.rest, state.may_undo) == ("3 items labelled, none left", True)
    assert (state.agreements, "stands below" in state.rest_why) == ([], True)
    none = await services.annotations.create_queue(person, NewQueue("Empty", (GOOD,)))
    empty = tab.at(f"/annotation/{none.id}").state(AnnotateState)
    await empty.load()
    assert (empty.rest, empty.percent, empty.may_undo) == ("This queue is empty", 0, False)


async def test_what_was_skipped_is_said_at_the_end_and_labelled_then(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    queue = await queue_of(services, person, turns)
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    first = state.asked.item_id
    await state.skip(first)
    for _ in turns[1:]:
        await state.label(state.asked.item_id, "good", "0")
    assert (state.asked, state.rest, state.num_skipped) == (None, "1 was skipped", 1)
    items = tab.at(f"/queues/{queue.id}").state(AnnotationItemsState)
    await items.load()
    assert [(one.words, bool(one.label_href)) for one in items.rows] == [
        ("Skipped by you", True), ("Done", False), ("Done", False),
    ]  # fmt: skip
    opened = tab.at(items.rows[0].label_href).state(AnnotateState)
    await opened.load()
    assert opened.asked.item_id == first
    await opened.skip(first)
    await opened.take_skipped()
    await opened.label(first, "good", "0")
    assert (opened.asked, opened.rest, opened.num_skipped) == (None, "3 items labelled, none left", 0)
    await opened.load()  # the address names what is done by now
    assert opened.phase == "empty"


async def test_the_end_says_that_agreement_stands_below_where_it_does(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    made = await services.annotations.create_queue(person, NewQueue("Answers", (GOOD,), num_labels=2))
    await services.annotations.add_items(person, made.id, [Target(turns[0].conversation_id, turns[0].answer_id)])
    other = replace(person, user_id="user_other", name="Ines")
    turned = await services.annotations.take_next(other, made.id)
    await services.annotations.label(other, made.id, turned.task.item_id, "good", YES)
    state = tab.at(f"/annotation/{made.id}").state(AnnotateState)
    await state.load()
    assert state.agreements == []
    await state.label(state.asked.item_id, "good", "0")
    assert (len(state.agreements), "stands below" in state.rest_why) == (1, True)
    assert state.rest == "1 item labelled, none left"


async def test_what_somebody_else_took_is_passed_over(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    queue = await queue_of(services, person, turns)
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    mine = state.asked.item_id
    await services.annotations.leave(person, queue.id)
    other = replace(person, user_id="user_other", name="Ines")
    assert (await services.annotations.take_next(other, queue.id)).task.item_id == mine
    assert await state.label(mine, "good", "0") is not None
    assert state.message_id == turns[1].answer_id
    await state.leave()
    assert state.asked is None


async def test_a_queue_that_is_deleted_while_somebody_labels_is_left_without_a_word(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    queue = await queue_of(services, person, turns)
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    asked = state.asked
    await services.annotations.delete_queue(person, queue.id)
    for act in (state.label(asked.item_id, "good", "1"), state.skip(asked.item_id), state.undo()):
        with pytest.raises(NotFound):
            await act
    await state.leave()  # as the page does when somebody goes on
    assert state.asked is None
    await state.load()
    assert state.phase == "failed"


async def test_a_long_item_is_shown_whole_on_wish(services: Services, tab: Tab, person: Operator) -> None:
    said = tuple(Told(Role.ASSISTANT if number % 2 else Role.USER, f"line {number}") for number in range(230))
    made = (await services.conversations.report(person, Report("s", "retail", "sales", messages=said))).conversation
    answer = (await services.conversations.opened(person, made.id, 1)).messages[0]
    queue = await queue_of(services, person, [])
    await services.annotations.add_items(person, queue.id, [Target(made.id), Target(made.id, answer.id)])
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    assert (state.about[:16], state.earlier) == ("Asked of the con", "The last 100 of 230 messages")
    for first, words in (("line 30", "The last 200 of 230 messages"), ("line 0", "")):
        assert await state.show_earlier() is not None, "what was read stays in view"
        assert (state.messages[0].parts[0].text, state.earlier) == (first, words)
    assert [one.parts[0].text for one in state.messages] == [one.text for one in said]
    await state.label(state.asked.item_id, "good", "0")
    assert (state.about[:16], state.earlier) == ("Asked of the mar", "20 messages, down to the answer")
    await state.show_earlier()
    assert (len(state.messages), state.earlier) == (120, "120 messages, down to the answer")


async def test_words_are_typed(services: Services, tab: Tab, person: Operator, turns: list[Turn]) -> None:
    queue = await queue_of(services, person, turns, WHY)
    state = tab.at(f"/annotation/{queue.id}").state(AnnotateState)
    await state.load()
    assert (state.asked.buttons, state.asked.scale) == ([], "")
    hostile = "<img src=x onerror=alert(1)>"
    await state.label(state.asked.item_id, "why", hostile)
    (first, *_) = (await services.annotations.items(person, queue.id, Page())).items
    assert first.annotations[0].values == {"why": hostile}


async def test_the_log_fills_a_queue(services: Services, tab: Tab, person: Operator, turns: list[Turn]) -> None:
    queue = await services.annotations.create_queue(person, NewQueue("Answers", (GOOD,)))
    pick, listed = tab.state(QueuePickState), tab.state(ConversationsState)
    await listed.load()
    await pick.load()
    await pick.select(turns[0].conversation_id)
    await pick.select(turns[1].conversation_id)
    await pick.select(turns[1].conversation_id)
    await pick.open_selected()
    assert (pick.opened, pick.num_selected, [one.label for one in pick.queues]) == (True, 1, ["Answers, 0 items"])
    await pick.add({"queue_id": queue.id})
    assert (pick.opened, (await services.annotations.queue(person, queue.id)).num_items) == (False, 1)
    await pick.open_shown()
    await pick.add({"queue_id": queue.id})
    await pick.open_one(turns[2].conversation_id, turns[2].answer_id)
    assert pick.is_one
    await pick.add({"queue_id": queue.id})
    assert (pick.selected, (await services.annotations.queue(person, queue.id)).num_items) == ([], 4)
    await pick.select(turns[0].conversation_id)
    await pick.open_selected()
    await pick.add({"queue_id": queue.id, "each": "answer"})
    await pick.open_shown()
    assert not pick.is_one
    await pick.add({"queue_id": queue.id, "each": "answer"})
    state = tab.at(f"/queues/{queue.id}").state(AnnotationItemsState)
    await state.load()
    assert [one.what for one in state.rows] == ["Conversation"] * 3 + ["Answer"] * 3
    answer = next(one for one in state.rows if one.href.endswith(f"?at={turns[2].answer_id}"))
    assert answer.what == "Answer"


async def test_items_are_assigned_shown_and_taken_out_and_the_queue_ends(
    services: Services, tab: Tab, person: Operator, turns: list[Turn]
) -> None:
    queue = await queue_of(services, person, turns)
    state = tab.at(f"/queues/{queue.id}").state(AnnotationItemsState)
    await state.load()
    assert (state.phase, len(state.rows), [one.label for one in state.people]) == ("ready", 3, [person.name])
    await state.select(state.rows[1].id)
    await state.assign(person.user_id)
    assert [one.assigned for one in state.rows] == ["", person.name, ""]
    for which, num in (("mine", 1), ("unassigned", 2), ("all", 3)):
        await state.show(which)
        assert len(state.rows) == num
    await state.select_shown()
    await state.assign("nobody")
    assert [one.assigned for one in state.rows] == ["", "", ""]
    await services.annotations.take_next(person, queue.id)
    await services.annotations.label(person, queue.id, state.rows[0].id, "good", YES)
    await state.ask("clear")
    await state.keep()
    assert await state.clear() is None
    await state.ask("clear")
    await state.clear()
    assert [(one.words, one.labels) for one in state.rows] == [("Done", f"{person.name}: yes")]
    await state.close_queue()
    assert state.is_closed
    await state.ask("delete")
    await state.type_name("other")
    assert await state.delete() is None
    await state.type_name(queue.name)
    assert await state.delete() is not None
    assert await services.annotations.queues(person) == []
