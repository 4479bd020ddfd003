"""Tags and comments: found, counted, and nobody overwrites anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.alerts.types import Measure
from backend.audit.service import AuditService
from backend.audit.types import Filters as AuditFilters
from backend.conversations.errors import (
    CommentNotFound,
    ConversationNotFound,
    JudgedMeanwhile,
    MessageNotFound,
)
from backend.conversations.service import ConversationService
from backend.conversations.service.remarks import MAX_COMMENT_CHARACTERS, MAX_COMMENTS
from backend.conversations.tags import MAX_TAGS
from backend.conversations.types import Facet, Filters, Outcome, Rating, Satisfaction, Turn
from backend.errors import Forbidden, InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.unit_of_work import Units
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

HOSTILE = "<img src=x onerror=alert(1)> \u202e {{7*7}}"


@pytest.fixture
def log(units: Units) -> ConversationService:
    return ConversationService(units)


@pytest.fixture
async def turn(log: ConversationService, units: Units, owner: Operator) -> Turn:
    return await chat(log, units, owner)


@pytest.fixture
def colleague(owner: Operator) -> Operator:
    return replace(owner, user_id="user_other", name="Ines")


async def test_tags_are_kept_once_in_small_letters(log, owner, turn):
    await log.add_tag(owner, turn.conversation_id, "  Late   Delivery ")
    await log.add_tag(owner, turn.conversation_id, "late delivery")
    assert await log.add_tag(owner, turn.conversation_id, "50 % _off_") == ("50 % _off_", "late delivery")
    assert await log.remove_tag(owner, turn.conversation_id, "Late Delivery") == ("50 % _off_",)
    assert await log.remove_tag(owner, turn.conversation_id, "never there") == ("50 % _off_",)


async def test_a_tag_is_a_filter_with_its_count(log, units, owner, turn):
    other = await chat(log, units, owner, said="Where is my lamp?")
    await chat(log, units, owner, said="Without a tag")
    await log.add_tag(owner, turn.conversation_id, "50%")
    await log.add_tag(owner, other.conversation_id, "50%")
    await log.add_tag(owner, other.conversation_id, "5000")
    await log.add_tag(owner, other.conversation_id, "lamp")
    found = await log.browse(owner, Filters(tags=("50%",)), Page())
    assert {one.id for one in found.listed.items} == {turn.conversation_id, other.conversation_id}
    assert (found.facets.total, found.facets.matching) == (3, 2)
    assert set(found.facets.tags) == {Facet("50%", "50%", 2), Facet("5000", "5000", 1), Facet("lamp", "lamp", 1)}
    # What stands in a tag is no pattern, and a part of a tag is another one.
    assert (await log.list(owner, Filters(tags=("5_%", "50")), Page())).items == []
    both = await log.browse(owner, Filters(tags=("lamp",), flow_ids=("flow_desk",)), Page())
    assert [one.tags for one in both.listed.items] == [("50%", "5000", "lamp")]
    none = await log.browse(owner, Filters(tags=("lamp",), flow_ids=("another",)), Page())
    assert (none.facets.matching, none.facets.tags) == (0, ())


@pytest.mark.parametrize("tag", ["", "  ", "x" * 41])
async def test_a_tag_has_one_to_forty_characters(log, owner, turn, tag):
    with pytest.raises(InvalidInput):
        await log.add_tag(owner, turn.conversation_id, tag)


async def test_a_conversation_has_few_tags(log, owner, turn):
    for number in range(MAX_TAGS):
        await log.add_tag(owner, turn.conversation_id, f"tag {number}")
    with pytest.raises(QuotaExceeded):
        await log.add_tag(owner, turn.conversation_id, "one more")


async def test_comments_stand_in_order_and_only_their_author_deletes_them(log, owner, colleague, turn):
    first = await log.add_comment(owner, turn.conversation_id, f" {HOSTILE} ")
    second = await log.add_comment(colleague, turn.conversation_id, "Seen.", turn.answer_id)
    said = await log.comments(owner, turn.conversation_id)
    assert [(one.id, one.text, one.author, one.message_id) for one in said] == [
        (first.id, HOSTILE, owner.name, ""),
        (second.id, "Seen.", "Ines", turn.answer_id),
    ]
    with pytest.raises(Forbidden):
        await log.delete_comment(owner, second.id)
    await log.delete_comment(owner, first.id)
    with pytest.raises(CommentNotFound):
        await log.delete_comment(owner, first.id)
    assert [one.id for one in await log.comments(owner, turn.conversation_id)] == [second.id]


async def test_a_comment_is_on_something_that_is_there(log, units, owner, turn):
    other = await chat(log, units, owner)
    with pytest.raises(MessageNotFound):
        await log.add_comment(owner, turn.conversation_id, "On another's answer", other.answer_id)
    with pytest.raises(InvalidInput):
        await log.add_comment(owner, turn.conversation_id, "  ")
    with pytest.raises(InvalidInput):
        await log.add_comment(owner, turn.conversation_id, "x" * (MAX_COMMENT_CHARACTERS + 1))
    stranger = replace(owner, project_id=new_id("proj"))
    for act in (log.add_comment(stranger, turn.conversation_id, "Hello"), log.comments(stranger, turn.conversation_id),
                log.add_tag(stranger, turn.conversation_id, "mine")):  # fmt: skip
        with pytest.raises(ConversationNotFound):
            await act
    comment = await log.add_comment(owner, turn.conversation_id, "Ours")
    with pytest.raises(CommentNotFound):
        await log.delete_comment(stranger, comment.id)


async def test_comments_end(log, owner, turn, monkeypatch):
    assert MAX_COMMENTS == 500
    monkeypatch.setattr("backend.conversations.service.remarks.MAX_COMMENTS", 1)
    await log.add_comment(owner, turn.conversation_id, "One")
    with pytest.raises(QuotaExceeded):
        await log.add_comment(owner, turn.conversation_id, "Two")


async def test_nothing_is_left_of_comments_after_a_purge(log, units, owner, turn):
    comment = await log.add_comment(owner, turn.conversation_id, "Soon gone")
    async with units.write(EVERYWHERE) as work:
        await log.remove(work, owner, [turn.conversation_id])
    with pytest.raises(CommentNotFound):
        await log.delete_comment(owner, comment.id)


async def test_a_stale_thumb_of_another_is_refused(log, owner, colleague, turn):
    await log.set_feedback(colleague, turn.answer_id, Rating.DOWN, "Wrong", seen=Rating.NONE)
    with pytest.raises(JudgedMeanwhile):
        await log.set_feedback(owner, turn.answer_id, Rating.UP, seen=Rating.NONE)
    message = (await log.transcript(owner, turn.conversation_id)).messages[1]
    assert (message.feedback.rating, message.feedback.comment) == (Rating.DOWN, "Wrong")
    await log.set_feedback(owner, turn.answer_id, Rating.UP, seen=Rating.DOWN)


async def test_how_it_went_is_told_and_counted(log, units, owner, turn):
    await chat(log, units, owner, said="Where is my lamp?")
    await log.tell_outcome(owner, turn.conversation_id, {"satisfaction": 2, "task_completed": True})
    await log.tell_outcome(owner, turn.conversation_id, {"task_completed": False})
    await log.tell_outcome(owner, turn.conversation_id, {"task_completed": False})  # says nothing new
    filters = Filters(flow_ids=("flow_desk",), outcomes=(Outcome.NOT_COMPLETED,), satisfactions=(Satisfaction.TWO,))
    found = await log.browse(owner, filters, Page())
    assert [one.id for one in found.listed.items] == [turn.conversation_id]
    assert {one.value: one.count for one in found.facets.satisfactions if one.count} == {"2": 1}
    told = await log.figures(owner, Filters(flow_ids=("flow_desk",)))
    assert (Measure.SATISFACTION.of(told), Measure.COMPLETED_SHARE.of(told)) == ((2, 1), (0, 1))
    acts = await AuditService(units).list(owner, AuditFilters(action="conversation.outcome"))
    assert [(one.before, one.after) for one in acts.items] == [
        ({"task_completed": True}, {"task_completed": False}),
        ({"satisfaction": None, "task_completed": None}, {"satisfaction": 2, "task_completed": True}),
    ]
    with pytest.raises(InvalidInput):
        await log.tell_outcome(owner, turn.conversation_id, {"satisfaction": 6})
    with pytest.raises(ConversationNotFound):
        await log.tell_outcome(replace(owner, project_id=new_id("proj")), turn.conversation_id, {"satisfaction": 5})


async def test_noting_needs_the_right_to_reply(log, owner, turn):
    viewer, at = replace(owner, permissions=frozenset({Permission.CONVERSATIONS_READ})), turn.conversation_id
    for act in (log.add_tag(viewer, at, "x"), log.remove_tag(viewer, at, "x"), log.add_comment(viewer, at, "x"),
                log.tell_outcome(viewer, at, {}),
                log.delete_comment(viewer, "comment_1")):  # fmt: skip
        with pytest.raises(Forbidden):
            await act


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        (["7"], ["7"]),
        (["2026-11-01T00:00:00+01:00/2026-11-02T00:00:00Z"], ["2026-10-31T23:00:00+00:00/2026-11-02T00:00:00+00:00"]),
        (["8"], None),
        (["7", "30"], None),
        (["2026-11-01T00:00:00/2026-11-02T00:00:00"], None),
        (["0001-01-01T00:00:00+14:00/2026-11-02T00:00:00Z"], None),
        (["2026-11-01T00:00:00Z"], None),
    ],
)
async def test_a_view_keeps_one_time(log, owner, time, kept):
    if kept is None:
        with pytest.raises(InvalidInput):
            await log.save_view(owner, "Week", {"time": time})
    else:
        assert (await log.save_view(owner, "Week", {"time": time})).query["time"] == kept
