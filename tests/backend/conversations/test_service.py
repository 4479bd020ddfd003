"""The log keeps what was said and adds up what it cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.conversations.errors import ConversationNotFound, ConversationOfAnotherFlow, MessageNotFound
from backend.conversations.service import ConversationService
from backend.conversations.types import ChatState, Filters, Rating, Role
from backend.errors import Forbidden
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from backend.unit_of_work import Units
from tests.factories.conversations import answer, chat, opening
from tests.tenancy import EVERYWHERE


@pytest.fixture
def log(units: Units) -> ConversationService:
    return ConversationService(units)


@pytest.fixture
def stranger(owner: Operator) -> Operator:
    """Return somebody with every right in a project of their own."""
    return replace(owner, project_id=new_id("proj"))


async def test_a_turn_stands_in_order_with_its_citations(log, units, owner):
    turn = await chat(log, units, owner)
    transcript = await log.transcript(owner, turn.conversation_id)
    assert [message.role for message in transcript.messages] == [Role.USER, Role.ASSISTANT]
    assert [message.id for message in transcript.messages] == [turn.question_id, turn.answer_id]
    reply = transcript.messages[1]
    assert reply.citations[0].document_name == "Returns.md"
    assert (reply.tokens_in, reply.tokens_out, reply.cost, reply.latency_ms) == (200, 20, Decimal("0.0121"), 900)
    assert reply.state is ChatState.ANSWERED
    assert [message.author for message in transcript.messages] == [owner.name, "Support desk"]


async def test_sums_grow_with_each_turn(log, units, owner):
    turn = await chat(log, units, owner)
    await chat(log, units, owner, said="And who pays?", conversation_id=turn.conversation_id)
    conversation = (await log.transcript(owner, turn.conversation_id)).conversation
    assert (conversation.num_messages, conversation.num_turns) == (4, 2)
    assert conversation.cost == Decimal("0.0242")
    assert (conversation.tokens_in, conversation.tokens_out, conversation.mean_latency_ms) == (400, 40, 900)
    assert conversation.title == "Can I return an opened sofa?"
    assert conversation.last_text == "Yes, within 30 days of delivery."


async def test_an_open_turn_shows_as_running(log, units, owner):
    async with units.write(EVERYWHERE) as work:
        turn = await log.open_turn(work, owner, opening())
    transcript = await log.transcript(owner, turn.conversation_id)
    assert transcript.conversation.state is ChatState.RUNNING
    assert transcript.messages[1].state is ChatState.RUNNING


async def test_closing_twice_counts_once(log, units, owner):
    question = opening()
    async with units.write(EVERYWHERE) as work:
        turn = await log.open_turn(work, owner, question)
    for expected in (True, False):
        async with units.write(EVERYWHERE) as work:
            assert await log.close_turn(work, owner, answer(question.run_id)) is expected
    assert (await log.transcript(owner, turn.conversation_id)).conversation.num_turns == 1


async def test_closing_a_run_without_a_chat_writes_nothing(log, units, owner):
    async with units.write(EVERYWHERE) as work:
        assert await log.close_turn(work, owner, answer("run_unknown")) is False


async def test_a_failed_run_keeps_its_reason(log, units, owner):
    turn = await chat(log, units, owner, reply={"text": "", "error": "The model gave no answer within 60 s."})
    transcript = await log.transcript(owner, turn.conversation_id)
    assert transcript.conversation.state is ChatState.FAILED
    assert transcript.messages[1].error == "The model gave no answer within 60 s."
    assert transcript.conversation.last_text == "The model gave no answer within 60 s."


async def test_a_rolled_back_run_leaves_no_chat(log, units, owner):
    async def break_in_the_middle() -> None:
        async with units.write(EVERYWHERE) as work:
            await log.open_turn(work, owner, opening())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await break_in_the_middle()
    assert (await log.list(owner, Filters(), Page())).items == []


async def test_a_conversation_does_not_change_its_flow(log, units, owner):
    turn = await chat(log, units, owner)
    async with units.write(EVERYWHERE) as work:
        with pytest.raises(ConversationOfAnotherFlow):
            await log.open_turn(work, owner, opening(flow_id="other", conversation_id=turn.conversation_id))


async def test_feedback_marks_the_conversation_with_the_worst(log, units, owner):
    first = await chat(log, units, owner)
    second = await chat(log, units, owner, conversation_id=first.conversation_id)
    await log.set_feedback(owner, first.answer_id, Rating.UP)
    await log.set_feedback(owner, second.answer_id, Rating.DOWN, "The price is wrong.")
    transcript = await log.transcript(owner, first.conversation_id)
    assert transcript.conversation.rating is Rating.DOWN
    assert transcript.messages[3].feedback.comment == "The price is wrong."
    assert transcript.messages[3].feedback.given_by == owner.name
    await log.set_feedback(owner, second.answer_id, Rating.NONE)
    transcript = await log.transcript(owner, first.conversation_id)
    assert transcript.conversation.rating is Rating.UP
    assert transcript.messages[3].feedback is None


async def test_a_question_cannot_be_judged(log, units, owner):
    turn = await chat(log, units, owner)
    with pytest.raises(MessageNotFound):
        await log.set_feedback(owner, turn.question_id, Rating.UP)


async def test_delete_can_be_undone(log, units, owner):
    turn = await chat(log, units, owner)
    await log.delete(owner, turn.conversation_id)
    assert (await log.list(owner, Filters(), Page())).items == []
    with pytest.raises(ConversationNotFound):
        await log.transcript(owner, turn.conversation_id)
    await log.restore(owner, turn.conversation_id)
    assert len((await log.transcript(owner, turn.conversation_id)).messages) == 2


async def test_a_run_that_ends_after_the_delete_still_closes(log, units, owner):
    question = opening()
    async with units.write(EVERYWHERE) as work:
        turn = await log.open_turn(work, owner, question)
    await log.delete(owner, turn.conversation_id)
    async with units.write(EVERYWHERE) as work:
        assert await log.close_turn(work, owner, answer(question.run_id))


async def test_removed_conversations_leave_no_rows(log, units, owner):
    turn = await chat(log, units, owner)
    await log.set_feedback(owner, turn.answer_id, Rating.UP)
    async with units.write(EVERYWHERE) as work:
        await log.remove(work, owner, [turn.conversation_id])
    with pytest.raises(ConversationNotFound):
        await log.restore(owner, turn.conversation_id)


async def test_a_foreign_conversation_reads_like_an_unknown_one(log, units, owner, stranger):
    turn = await chat(log, units, owner)
    for attempt in (
        log.transcript(stranger, turn.conversation_id),
        log.delete(stranger, turn.conversation_id),
        log.restore(stranger, turn.conversation_id),
    ):
        with pytest.raises(ConversationNotFound):
            await attempt
    with pytest.raises(MessageNotFound):
        await log.set_feedback(stranger, turn.answer_id, Rating.UP)
    assert (await log.list(stranger, Filters(text="sofa"), Page())).items == []
    assert (await log.browse(stranger, Filters(), Page())).facets.total == 0


async def test_reading_needs_its_permission(log, owner):
    nobody = replace(owner, permissions=frozenset())
    with pytest.raises(Forbidden):
        await log.list(nobody, Filters(), Page())
    with pytest.raises(Forbidden):
        await log.transcript(nobody, "conv_x")
    with pytest.raises(Forbidden):
        await log.set_feedback(nobody, "msg_x", Rating.UP)
