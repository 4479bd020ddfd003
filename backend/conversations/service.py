"""The log: what was asked and answered, found again, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.conversations.errors import ConversationNotFound, ConversationOfAnotherFlow, MessageNotFound
from backend.conversations.folding import PREVIEW_CHARACTERS, first_words, folded
from backend.conversations.models import ConversationRow, FeedbackRow, MessageRow
from backend.conversations.repository import ConversationRepository, Counted
from backend.conversations.shapes import citation_values, conversation_of, message_of
from backend.conversations.types import (
    Answer,
    Browsed,
    ChatState,
    Conversation,
    Facet,
    Facets,
    Filters,
    Opening,
    Rating,
    Role,
    Transcript,
    Turn,
)
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.unit_of_work import Units, Work

# The undo bar stands 10 s; whoever finds out later still has an hour.
KEEP_DELETED = timedelta(hours=1)
MAX_COMMENT_CHARACTERS = 2_000


class ConversationService:
    """`open_turn` and `close_turn` ride in the caller's unit of work, so a run and its chat stand or fall together."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def open_turn(self, work: Work, operator: Operator, opening: Opening, at: datetime | None = None) -> Turn:
        """Write the question and an answer still to come. Raise ConversationNotFound, ConversationOfAnotherFlow."""
        rows = ConversationRepository(work.session, operator.project_id)
        now = at or utc_now()
        if opening.conversation_id:
            conversation = await rows.conversation(opening.conversation_id)
            if conversation is None:
                raise ConversationNotFound("This conversation is not there.")
            if conversation.flow_id != opening.flow_id:
                raise ConversationOfAnotherFlow("This conversation belongs to another flow.", hint="Start a new one.")
        else:
            conversation = ConversationRow(
                id=new_id("conv"),
                project_id=operator.project_id,
                flow_id=opening.flow_id,
                title=first_words(opening.text) or "Without words",
                channel=opening.channel,
                state=ChatState.RUNNING,
                started_at=now,
            )
            rows.add(conversation)
            await rows.flush()  # the messages refer to it
        conversation.flow_name, conversation.version = opening.flow_name, opening.version
        conversation.state, conversation.last_message_at = ChatState.RUNNING, now
        conversation.last_text = first_words(opening.text, PREVIEW_CHARACTERS)
        conversation.num_messages += 1
        shared: dict[str, Any] = {
            "project_id": operator.project_id,
            "conversation_id": conversation.id,
            "run_id": opening.run_id,
            "version": opening.version,
            "created_at": now,
        }
        question = MessageRow(
            id=new_id("msg"),
            role=Role.USER,
            author=operator.name,
            state=ChatState.ANSWERED,
            text=storable(opening.text),
            folded=folded(opening.text),
            **shared,
        )
        answer = MessageRow(
            id=new_id("msg"), role=Role.ASSISTANT, author=opening.flow_name, state=ChatState.RUNNING, **shared
        )
        rows.add(question)
        rows.add(answer)
        return Turn(conversation.id, question.id, answer.id)

    async def close_turn(self, work: Work, operator: Operator, answer: Answer, at: datetime | None = None) -> bool:
        """Write what the run came to. False when it owes none: no chat, closed before, or deleted meanwhile."""
        rows = ConversationRepository(work.session, operator.project_id)
        message = await rows.open_answer(answer.run_id)
        conversation = await rows.conversation(message.conversation_id, deleted=True) if message else None
        if message is None or conversation is None:
            return False
        now = at or utc_now()
        message.state = ChatState.FAILED if answer.error else ChatState.ANSWERED
        if answer.was_cancelled:
            message.state = ChatState.CANCELLED
        message.text, message.folded = storable(answer.text), folded(answer.text)
        message.error, message.model = answer.error, answer.model
        message.citations = [citation_values(citation) for citation in answer.citations]
        message.tokens_in, message.tokens_out = answer.tokens_in, answer.tokens_out
        message.cost, message.latency_ms, message.created_at = answer.cost, answer.latency_ms, now
        conversation.state, conversation.last_message_at = message.state, now
        conversation.last_text = first_words(answer.text or answer.error, PREVIEW_CHARACTERS)
        conversation.num_messages += 1
        conversation.num_turns += 1
        conversation.tokens_in += answer.tokens_in
        conversation.tokens_out += answer.tokens_out
        conversation.cost += answer.cost
        conversation.latency_ms += answer.latency_ms
        rows.add(message)
        rows.add(conversation)
        return True

    async def list(self, operator: Operator, filters: Filters, page: Page) -> Listed[Conversation]:
        """Return a page of conversations, newest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await ConversationRepository(session, operator.project_id).list(filters, page)
            return Listed.cut([conversation_of(row) for row in found], page)

    async def browse(self, operator: Operator, filters: Filters, page: Page) -> Browsed:
        """Return a page and what each choice of a filter would show, both of the same moment."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            found = await rows.list(filters, page)
            facets = _facets(await rows.counts(filters.text))
            return Browsed(Listed.cut([conversation_of(row) for row in found], page), facets)

    async def hand_over(self, work: Work, operator: Operator, flow_id: str, *, to: str) -> None:
        """Give the talks of a flow to the one that took its place, within the caller's unit of work."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        await ConversationRepository(work.session, operator.project_id).hand_over(flow_id, to)

    async def count(self, operator: Operator, conversation_ids: Sequence[str]) -> int:
        """Return how many of these conversations are there."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return await ConversationRepository(session, operator.project_id).count(conversation_ids)

    async def transcript(self, operator: Operator, conversation_id: str) -> Transcript:
        """Return the conversation with all its messages. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            conversation = await rows.conversation(conversation_id, lock=False)
            if conversation is None:
                raise ConversationNotFound("This conversation is not there.", hint="It may have been deleted.")
            messages = await rows.messages(conversation_id)
            return Transcript(conversation_of(conversation), tuple(message_of(*row) for row in messages))

    async def set_feedback(self, operator: Operator, message_id: str, rating: Rating, comment: str = "") -> None:
        """Judge an answer, or take the judgement back with NONE. Raise MessageNotFound."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            message = await rows.answer(message_id)
            if message is None:
                raise MessageNotFound("This answer is not there.")
            given = await rows.feedback(message_id)
            if rating is Rating.NONE:
                await rows.delete_feedback(message_id)
            else:
                row = given or FeedbackRow(
                    message_id=message_id,
                    project_id=operator.project_id,
                    conversation_id=message.conversation_id,
                    rating=rating,
                )
                row.rating, row.comment = rating, comment.strip()[:MAX_COMMENT_CHARACTERS]
                row.given_by, row.given_at = operator.name, utc_now()
                rows.add(row)
                await rows.flush()
            await rows.change(message.conversation_id, rating=worst(await rows.ratings(message.conversation_id)))

    async def delete(self, operator: Operator, conversation_id: str) -> None:
        """Take the conversation out of every list; `restore` brings it back for an hour. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        now = utc_now()
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            conversation = await rows.conversation(conversation_id)
            if conversation is None:
                raise ConversationNotFound("This conversation is not there.")
            conversation.deleted_at = now
            rows.add(conversation)
            await rows.purge(deleted_before=now - KEEP_DELETED)
            # Last, for whoever writes into the log holds up everybody else who would until the unit ends.
            await AuditTrail(work.session).record(operator, "conversation.delete", _target(conversation))

    async def restore(self, operator: Operator, conversation_id: str) -> None:
        """Undo `delete`. Raise ConversationNotFound once the rows are gone."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            conversation = await rows.conversation(conversation_id, deleted=True)
            if conversation is None:
                raise ConversationNotFound("This conversation is gone for good.")
            conversation.deleted_at = None
            rows.add(conversation)
            await AuditTrail(work.session).record(operator, "conversation.restore", _target(conversation))

    async def remove(self, work: Work, operator: Operator, conversation_ids: Sequence[str]) -> None:
        """Remove conversations for good, in the caller's unit of work."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        await ConversationRepository(work.session, operator.project_id).purge(conversation_ids)


def _target(row: ConversationRow) -> Target:
    """Return the id alone: a title is the first words of a person, and the log outlives what they may have removed."""
    return Target("conversation", row.id)


def worst(ratings: set[Rating]) -> Rating:
    """Return what a conversation is marked with: one bad answer is what a person must look at."""
    for rating in (Rating.DOWN, Rating.UP):
        if rating in ratings:
            return rating
    return Rating.NONE


def _facets(counted: Sequence[Counted]) -> Facets:
    """Add the mixes up along each of the three filters, the most frequent flow first."""
    flows, states, ratings = Counter[str](), Counter[str](), Counter[str]()
    names: dict[str, str] = {}
    for flow_id, name, state, rating, number in counted:
        names[flow_id] = max(name, names.get(flow_id, ""))
        flows[flow_id] += number
        states[state] += number
        ratings[rating] += number
    return Facets(
        total=flows.total(),
        flows=tuple(Facet(flow_id, names[flow_id], number) for flow_id, number in flows.most_common()),
        states=tuple(Facet(state, state, states[state]) for state in ChatState),
        ratings=tuple(Facet(rating, rating, ratings[rating]) for rating in Rating),
    )
