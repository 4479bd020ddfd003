"""The states of the log, called as the socket calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Rating
from backend.conversations.types import Role as Speaker
from backend.operator import Operator
from console.state import formats
from console.state.ask import AskState
from console.state.beside import BesideState
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.conversations_filters import Choice, time_pair
from console.state.conversations_rows import MessageLine, traced_first
from console.state.first_run import FirstRunFilesState, FirstRunState
from console.state.home import HomeState
from console.state.remarks import RemarksState
from console.state.trace import TraceState
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, refused, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


def lines_of(state: ConversationsState, key: str) -> list[Choice]:
    return next((one.lines for one in state.filters if one.key == key), [])


def address_in(told: rx.event.EventSpec) -> str:
    """Return what the browser is told to put into its address."""
    words = {str(name): value for name, value in told.args}
    assert str(words["what"]).strip('"') == "address"
    return str(json.loads(str(words["words"])))


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.mark.parametrize(
    "kind",
    [
        ConversationsState,
        ConversationViewsState,
        BesideState,
        TranscriptState,
        RemarksState,
        TraceState,
        FirstRunState,
        FirstRunFilesState,
        HomeState,
        AskState,
    ],
)
async def test_no_handler_answers_a_tab_without_a_session(services: Services, kind: type) -> None:
    await refused(kind, {"comment": [{}], "send": [{}], "save": [{}], "add_tag": [{}]})


async def test_the_list_is_empty_before_the_first_chat(services: Services, tab: Tab) -> None:
    state = tab.state(ConversationsState)
    await state.load()
    assert state.phase == "empty"


async def test_search_and_filters_are_kept_together(services: Services, tab: Tab, person: Operator) -> None:
    for said, name in (("Where is my sofa?", "Support desk"), ("Where is my lamp?", "Returns")):
        await chat(services.conversations, services.units, person, said=said, ask={"flow_id": name, "flow_name": name})
    state = tab.state(ConversationsState)
    await state.search("where is")
    assert (state.phase, len(state.rows)) == ("ready", 2)
    counting = state.toggle("flow", "Returns")
    await anext(counting)
    assert [line.chosen for line in lines_of(state, "flow") if line.value == "Returns"] == [True]
    assert len(state.rows) == 2, "the box answers before the rows are read"
    await spent(counting)
    assert [one.words for one in state.chips] == ["Flow or agent: Returns"]
    assert (state.is_whole, len(state.ids)) == (True, 1), "what is open beside and not among them is left out"
    assert ([row.title for row in state.rows], state.num_filters) == (["Where is my lamp?"], 1)
    assert state.total == "1 of 2"
    assert [line.chosen for line in lines_of(state, "flow") if line.value == "Returns"] == [True]
    await spent(state.toggle("flow", "Returns"))
    assert len(state.rows) == 2
    await spent(state.toggle("state", "no such state"))
    assert len(state.rows) == 2
    await state.clear()
    assert (state.query, state.num_filters, len(state.rows)) == ("", 0, 2)
    assert state.total == "2 in all"
    state._chosen = (("time", f"{formats.now().isoformat()}/{formats.now().isoformat()}"),)
    await state.show_new()
    assert state.total == "0 match"


async def test_the_address_of_a_list_opens_the_same_one(services: Services, tab: Tab, person: Operator) -> None:
    for name in ("A & B", "C=D", "E"):
        await chat(services.conversations, services.units, person, ask={"flow_id": name, "flow_name": name})
    now = formats.now()
    state = tab.at("/conversations/conv_1?at=msg_1").state(ConversationsState)
    state._chosen = (("prompt", ""), time_pair(now - timedelta(days=1), now + timedelta(days=1)))
    for told in (await spent(state.toggle("flow", "A & B")), await spent(state.toggle("flow", "C=D"))):
        assert told[-1] is not None
    assert len(state.rows) == 2
    address = address_in(await state.search("sofa"))
    assert (address.startswith("/conversations/conv_1?"), "&at=msg_1&" in address) == (True, True)
    other = Tab(tab.cookie).at(address).state(ConversationsState)
    await other.load()
    assert (other.query, set(other._chosen), other.rows) == (state.query, set(state._chosen), state.rows)
    assert address_in(await state.clear()) == "/conversations/conv_1?at=msg_1"


async def test_a_list_that_was_not_read_to_its_end_says_so(
    services: Services, tab: Tab, person: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.conversations.service.base.MAX_READ", 1)
    for said in ("red sofa", "red sofa"):
        await chat(services.conversations, services.units, person, said=said)
    await services.conversations.index(person.project_id)
    state = tab.state(ConversationsState)
    await state.search('"red sofa"')
    assert (len(state.rows), state.num_unread) == (1, "1")
    await state.search("sofa")
    assert (len(state.rows), state.num_unread) == (2, "")


async def test_more_adds_the_next_page(services: Services, tab: Tab, person: Operator) -> None:
    for number in range(53):
        await chat(services.conversations, services.units, person, said=f"Question {number}")
    state = tab.state(ConversationsState)
    await state.load()
    assert (len(state.rows), state.has_more, state.matching) == (50, True, "53")
    await state.more()
    assert (len({row.id for row in state.rows}), state.has_more) == (53, False)


async def test_a_delete_is_offered_back(services: Services, tab: Tab, person: Operator) -> None:
    turn = await chat(services.conversations, services.units, person)
    state = tab.state(ConversationsState)
    await state.delete(turn.conversation_id)
    assert (state.undo, state.rows) == (True, [])
    await state.take_back()
    assert (state.undo, [row.id for row in state.rows]) == (False, [turn.conversation_id])


async def test_the_same_thumb_again_takes_it_back(services: Services, tab: Tab, person: Operator) -> None:
    turn = await chat(services.conversations, services.units, person)
    state = tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState)
    await spent(state.load())
    assert [line.agent for line in state.messages] == [False, True]
    await state.rate(turn.answer_id, "down")
    assert (state.messages[1].rating, state.commenting) == (Rating.DOWN, turn.answer_id)
    await state.comment({"comment": "Wrong price"})
    assert (state.messages[1].comment, state.commenting) == ("Wrong price", "")
    await state.rate(turn.answer_id, "down")
    assert state.messages[1].rating == Rating.NONE


async def test_the_list_stands_beside_its_newest_conversation(services: Services, tab: Tab, person: Operator) -> None:
    tab.at("/conversations")
    transcript = tab.state(TranscriptState)
    await spent(transcript.load())
    assert (transcript.phase, transcript.conversation_id) == ("empty", "")
    for said in ("The older one", "The newer one"):
        newest = await chat(services.conversations, services.units, person, said=said)
    await tab.state(ConversationsState).load()
    await spent(transcript.load())
    assert (transcript.phase, transcript.conversation_id) == ("ready", newest.conversation_id)


async def test_a_conversation_that_is_not_there_is_drawn_as_failed(services: Services, tab: Tab) -> None:
    state = tab.at("/conversations/conv_gone").state(TranscriptState)
    await spent(state.load())
    assert (state.phase, state.problem.words) == ("failed", "Conversation not found")


async def test_the_trace_of_a_chat_that_never_ran_is_empty(services: Services, tab: Tab) -> None:
    state = tab.state(TraceState)
    await state.show("")
    assert state.phase == "empty"
    await state.show("run_gone")
    assert state.phase == "failed"


def test_the_trace_beside_is_of_what_was_found_not_helpful_else_of_the_last_run() -> None:
    def line(name: str, **more: Any) -> MessageLine:
        return MessageLine(name, agent=True, initials="", author="", when="", when_exact="", version="", **more)

    said = [line("good", run_id="run_1"), line("bad", run_id="run_2", rating="down"), line("last", trace_id="t3")]
    person = line("person")
    for lines, first in ((said, "bad"), ([said[0], said[2], person], "last"), ([said[0], person], "good")):
        found = traced_first(lines)
        assert found
        assert found.id == first
    assert traced_first([person]) is None
    # A search leads to a question, whose trace is that of its answer.
    talk = [line("1"), line("2", run_id="run_1"), line("3"), line("4", run_id="run_2"), line("5", run_id="run_3")]
    asked = [replace(one, agent=one.run_id != "") for one in talk]
    for marked, first in (("1", "2"), ("2", "2"), ("3", "4"), ("5", "5"), ("6", "5"), ("", "5")):
        found = traced_first(asked, marked)
        assert found
        assert found.id == first, marked


async def test_a_thumb_is_counted_at_once(services: Services, tab: Tab, person: Operator) -> None:
    turn = await chat(services.conversations, services.units, person)
    listed, state = tab.state(ConversationsState), tab.at("/conversations").state(TranscriptState)
    await listed.load()
    await spent(state.load())
    assert {one.value: one.count for one in lines_of(listed, "rating")}.get("down", "0") == "0"
    await state.rate(turn.answer_id, "down")
    assert {one.value: one.count for one in lines_of(listed, "rating")}["down"] == "1"


async def test_a_view_brings_filters_and_columns_back(services: Services, tab: Tab, person: Operator) -> None:
    await chat(services.conversations, services.units, person, ask={"flow_id": "a", "flow_name": "A"})
    state, views = tab.state(ConversationsState), tab.state(ConversationViewsState)
    await state.search("sofa")
    await spent(state.toggle("flow", "a"))
    await spent(state.toggle("model", "embedded"))
    await state.toggle_column("cost")
    await state.toggle_column("no such column")
    await views.open()
    await views.save({"name": "  Sofas  of A "})
    assert ([view.label for view in views.views], views.opened) == (["Sofas of A"], False)
    await state.clear()
    await state.toggle_column("cost")
    await views.choose(views.views[0].value)
    assert (state.query, state.num_filters, state.columns) == ("sofa", 2, ["flow", "cost"])
    assert state.rows[0].cells["cost"] == "$0.0121"
    await services.conversations.save_view(person, "Sofas of A", {"text": "lamp"}, 1)
    for told in ({"name"}, set[str]()):  # what somebody saved since is shown before it is replaced
        await views.open()
        await views.save({"name": "Sofas of A"})
        assert (views.opened, set(views.errors)) == (bool(told), told)
    await views.open()
    await views.save({"name": ""})
    assert (views.opened, set(views.errors)) == (True, {"name"})
    await views.remove(views.views[0].value)
    assert (views.views, views.undo_words) == ([], "View \u201cSofas of A\u201d deleted")
    await views.take_back()
    assert (len(views.views), views.undo_words) == (1, "")
    await state.clear()
    await views.choose(views.views[0].value)
    assert (state.query, state.num_filters, state.columns) == ("sofa", 2, ["flow", "cost"])


async def test_a_long_conversation_opens_at_its_end(services: Services, tab: Tab, person: Operator) -> None:
    said = tuple(Told(Speaker.USER, f"line {number}") for number in range(250))
    report = Report("s", "retail", "sales", messages=said, details={"shop": 7})
    made = (await services.conversations.report(person, report)).conversation
    state = tab.at(f"/conversations/{made.id}").state(TranscriptState)
    await spent(state.load())
    assert (len(state.messages), state.earlier) == (100, "The last 100 of 250 messages")
    assert (state.messages[-1].parts[0].text, state.flow_href) == ("line 249", "")
    assert "7" in "".join(line.text for line in state.details)
    await state.show_earlier()
    await state.show_earlier()
    assert ([one.parts[0].text for one in state.messages], state.earlier) == ([f"line {n}" for n in range(250)], "")


async def test_a_second_conversation_stays_beside(services: Services, tab: Tab, person: Operator) -> None:
    first = await chat(services.conversations, services.units, person, said="Held")
    state = tab.at(f"/conversations/x?beside={first.conversation_id}").state(BesideState)
    await state.hold(first.conversation_id)
    assert (state.phase, state.title, len(state.messages)) == ("ready", "Held", 2)
    assert {fact.name for fact in state.facts} >= {"Cost", "Model", "Mean latency", "Turns"}
    await state.let_go()
    assert (state.conversation_id, state.messages) == ("", [])
