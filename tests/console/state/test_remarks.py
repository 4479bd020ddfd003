"""What is noted on a conversation, called as the socket calls it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Rating
from backend.operator import Operator
from console.state.conversations import ConversationsState
from console.state.remarks import RemarksState
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_tags_and_comments_are_noted_beside_the_transcript(
    services: Services, tab: Tab, person: Operator
) -> None:
    turn = await chat(services.conversations, services.units, person)
    state, remarks = tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState), tab.state(RemarksState)
    await spent(state.load())
    await remarks.add_tag({"tag": "  "})
    assert "tag" in remarks.errors
    await remarks.add_tag({"tag": "Late"})
    assert remarks.tags == ["late"]
    listed = tab.state(ConversationsState)
    assert [(line.value, line.count) for line in next(one.lines for one in listed.filters if one.key == "tag")] == [
        ("late", "1")
    ]
    await remarks.comment_on(turn.answer_id)
    await remarks.keep("See the hand")
    other = await chat(services.conversations, services.units, person, said="Another")
    await spent(tab.at(f"/conversations/{other.conversation_id}").state(TranscriptState).load())
    assert (remarks.opened, remarks.unsent) == (False, "")
    await spent(tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState).load())
    assert (remarks.opened, remarks.about, remarks.unsent) == (True, turn.answer_id, "See the hand")
    await remarks.send({"text": "See the handbook"})
    (comment,) = remarks.comments
    assert (comment.text, comment.about, comment.mine, remarks.about) == ("See the handbook", turn.answer_id, True, "")
    await remarks.keep("See the handbook")  # told late
    assert (remarks.unsent, remarks._typed) == ("", {})
    await remarks.delete(comment.id)
    await remarks.remove_tag("late")
    assert (remarks.comments, remarks.tags) == ([], [])


async def test_how_a_conversation_went_is_said_and_taken_back(services: Services, tab: Tab, person: Operator) -> None:
    turn = await chat(services.conversations, services.units, person)
    state, listed = (
        tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState),
        tab.state(ConversationsState),
    )
    await spent(state.load())
    assert (state.task, state.satisfaction) == ("", "")
    await state.tell_task("no")
    await state.tell_satisfaction("2")
    assert (state.task, state.satisfaction) == ("no", "2")
    facts = {one.name: one.value for one in state.facts}
    assert (facts["Outcome"], facts["Satisfaction"]) == ("Not completed", "2 of 5")
    assert "satisfaction" in {one.key for one in listed.filters}
    await state.tell_task("")
    await state.tell_satisfaction("nine")  # what no select sends
    assert (state.task, state.satisfaction) == ("", "")


async def test_a_thumb_that_somebody_else_gave_meanwhile_is_shown(
    services: Services, tab: Tab, person: Operator
) -> None:
    turn = await chat(services.conversations, services.units, person)
    state = tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState)
    await spent(state.load())
    other = replace(person, user_id="user_other", name="Ines")
    await services.conversations.set_feedback(other, turn.answer_id, Rating.DOWN, "Wrong")
    warned = await state.rate(turn.answer_id, "up")
    assert warned is not None
    assert (state.messages[1].rating, state.messages[1].comment, state.commenting) == (Rating.DOWN, "Wrong", "")
