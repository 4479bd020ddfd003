"""Take over, reply and hand back, as a tab sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Filters
from backend.errors import Conflict, Forbidden
from backend.flows.engine.chat import Chat
from backend.flows.engine.loader import Loader
from backend.flows.nodes.registry import KINDS
from backend.flows.service.run_log import RunLog
from backend.flows.types import RunStatus, RunWish
from backend.identity.permissions import Role
from backend.operator import Operator
from backend.paging import Page
from console.state.conversations import ConversationsState
from console.state.flows_draft import FlowDraftState
from console.state.flows_live import FlowLiveState
from console.state.flows_run import FlowRunState
from console.state.run_board import RunBoard
from console.state.run_page import RunPageState
from console.state.takeover import TakeoverState
from console.state.transcript import TranscriptState
from tests.backend.privacy.conftest import asking
from tests.console.tab import Tab, refused, spent, tab
from tests.factories.conversations import chat as chat_log
from tests.factories.flows import chat, greeting
from tests.factories.people import join, operator_of

__all__ = ["tab"]


async def opened(tab: Tab, conversation_id: str) -> Any:
    await spent(tab.at(f"/conversations/{conversation_id}").state(TranscriptState).load())
    foot = tab.state(TakeoverState)
    await foot.load()
    return foot


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(TakeoverState, {"send": [{}]})


async def lost_while_open(services: Services, owner: Operator, talk: str) -> None:
    """Whoever takes over and loses the role says nothing more, and somebody else hands back."""
    token = await join(services.units, owner, "Lena", Role.REVIEWER)
    foot = await opened(Tab(token), talk)
    await foot.take()
    await services.identity.change_role(owner, (await operator_of(services.identity, token)).user_id, Role.VIEWER)
    for act in (foot.send({"text": "Still here"}), foot.hand_back(), foot.take()):
        with pytest.raises(Forbidden):
            await act
    await foot.look()
    assert (foot.held_by, foot.may_reply) == ("Lena", False)
    await services.takeovers.hand_back(owner, talk)


async def run_page(tab: Tab, run_id: str) -> Any:
    page = tab.at(f"/runs/{run_id}").state(RunPageState)
    await spent(RunPageState.event_handlers["load"].fn(page))
    return page


async def test_one_takes_over_replies_and_hands_back_while_another_reads_who(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Chat", document=chat())
    ran = await services.runs.run(owner, "chat", RunWish({"message": "Hello"}, "draft"))
    talk = str(ran.conversation_id)
    foot = await opened(tab, talk)
    assert (foot.held_by, foot.may_reply) == ("", True)
    await foot.take()
    assert (foot.held_by, foot.is_mine) == (owner.name, True)
    await foot.send({"text": " "})
    assert foot.errors == {"text": "Write something."}
    await foot.send({"text": "x" * 30_000})
    assert ("at most" in foot.errors["text"], foot.num_sent) == (True, 0), "what was typed stays"
    shown = tab.state(TranscriptState)
    again = RunWish({"message": "Are you there?"}, "draft", conversation_id=talk)
    waits = await services.runs.run(owner, "chat", again)
    assert waits.status is RunStatus.WAITING
    aside = Tab(await join(services.units, owner, "Rosa", Role.VIEWER))
    page = await run_page(aside, waits.run_id)
    assert (page.state_words, page.line.words, page.node.words) == (*["Waiting for a person"] * 2, "Not reached")
    assert page.node.reason == "A person answers this conversation. The flow waits until it is handed back."
    assert aside.state(FlowLiveState).run["status"] == "waiting"
    assert await foot.look() is None
    assert [one.parts[0].text for one in shown.messages if not one.agent] == ["Hello", "Are you there?"]
    await foot.send({"text": "I am here."})
    assert (foot.errors, foot.num_sent) == ({}, 1)
    await spent(shown.load())
    first, reply = (one for one in shown.messages if one.agent)
    assert (first.author, first.replied, first.version) == ("Chat", False, "")
    assert (reply.author, reply.replied, reply.figures) == (owner.name, True, "Answered by a person")
    board = RunBoard()
    board.recall(await services.runs.get(owner, waits.run_id), 1)
    said = await tab.state(FlowRunState)._ended(owner, board)
    assert (said.who, said.words, said.initials) == (owner.name, "Answered by a person", reply.initials)
    page = await run_page(aside, waits.run_id)
    assert (page.state_words, page.node.reason) == ("Answered by a person", "A person answered in its place.")
    reviewer = await opened(Tab(await join(services.units, owner, "Rita", Role.REVIEWER)), talk)
    assert (reviewer.held_by, reviewer.is_mine) == (owner.name, False)
    with pytest.raises(Conflict, match="answers this conversation since"):
        await reviewer.take()
    await foot.hand_back()
    assert foot.held_by == ""
    await foot.send({"text": "Too late"})
    assert (foot.errors["text"][:20], foot.num_sent) == ("You do not hold this", 1)
    await lost_while_open(services, owner, talk)
    viewer = await opened(Tab(await join(services.units, owner, "Vera", Role.VIEWER)), talk)
    assert not viewer.may_reply


async def test_a_run_of_a_form_offers_no_takeover(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Form", document=greeting())
    await services.runs.run(owner, "form", RunWish({"question": "Hello"}, "draft"))
    units, talks = services.units, services.conversations
    await RunLog(units, talks, Loader(units, services.rooms.templates, KINDS, Chat(units, talks))).write()
    (talk,) = [one.id for one in (await talks.list(owner, Filters(), Page())).items if one.flow_name == "Form"]
    foot = await opened(tab, talk)
    assert not foot.may_reply
    with pytest.raises(Conflict, match="one run of a form"):
        await services.takeovers.take(owner, talk)


async def test_the_foot_follows_what_another_operator_does(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Chat", document=chat())
    talk = str((await services.runs.run(owner, "chat", RunWish({"message": "Hello"}, "draft"))).conversation_id)
    foot = await opened(tab, talk)
    other = replace(owner, user_id="user_other", name="Ines")
    await services.takeovers.take(other, talk)
    assert await foot.look() is not None
    assert (foot.held_by, foot.is_mine) == ("Ines", False)
    assert await foot.look() is None
    await services.takeovers.hand_back(other, talk)
    await foot.look()
    assert foot.held_by == ""


async def test_a_reply_that_nobody_asked_for_comes_to_who_tries_the_flow(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    made = await services.flows.create(owner, "Chat", document=chat())
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    panel = tab.state(FlowRunState)
    await panel.open()
    await panel.send({"message": "Hello"})
    await spent(FlowRunState.event_handlers["run_draft"].fn(panel, {"message": "Hello"}))
    assert panel.talks
    listed = await services.conversations.list(owner, Filters(flow_ids=(made.id,)), Page())
    (talk,) = listed.items
    ines = replace(owner, user_id="user_other", name="Ines")
    await services.takeovers.take(ines, talk.id)
    await services.takeovers.reply(ines, talk.id, "A person here.")
    for _ in range(2):
        await panel.look()
    assert [(one.who, one.pieces[0].text) for one in panel.said[2:]] == [("Ines", "A person here.")]


async def test_the_log_says_that_a_conversation_waits_for_a_person(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Asking", document=asking())
    await services.runs.run(owner, "asking", RunWish({"question": "send it"}, "draft"))
    listed = tab.at("/conversations").state(ConversationsState)
    await listed.load()
    (line,) = [one for one in listed.rows if not one.example]
    assert (line.mark, line.words) == ("wait", "Waiting for a person")
    await chat_log(services.conversations, services.units, owner)
    await listed.show_new()
    (waits,) = [one for one in listed.rows if one.id == line.id]
    listed.rows = [replace(waits, mark="run", words="Answering")]  # as it stood before it came to the question
    await listed.look()
    assert [one.words for one in listed.rows if one.id == line.id] == ["Waiting for a person"]
