"""Turns as runs hold them: the question, and the answer once it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.columns import storable, utc_now
from backend.conversations.errors import ConversationNotFound, ConversationOfAnotherFlow
from backend.conversations.folding import PREVIEW_CHARACTERS, first_words, folded, searched
from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.repository import ConversationRepository
from backend.conversations.repository.details import Details
from backend.conversations.repository.others import Others
from backend.conversations.service.base import AheadText, Base
from backend.conversations.shapes import any_failed, citation_values, shown_calls, state_of
from backend.conversations.types import Answer, Channel, ChatState, Opening, Role, Turn
from backend.conversations.used_models import models_text
from backend.ids import new_id
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.unit_of_work import Work


class TurnUseCases(Base):
    """`open_turn` and `close_turn` ride in the caller's unit of work, so a run and its chat stand or fall together."""

    async def open_turn(
        self,
        work: Work,
        operator: Operator,
        opening: Opening,
        at: datetime | None = None,
        *,
        ahead: AheadText | None = None,
    ) -> Turn:
        """Write the question, which may be masked `ahead` under the id that it gets, and an answer still to come.

        Raise ConversationNotFound, ConversationOfAnotherFlow, InvalidInput for more metadata than one may have.
        """
        rows = ConversationRepository(work.session, operator.project_id)
        now, way = at or utc_now(), way_of(opening.channel)
        asks = storable(opening.person or _own(operator, opening.channel))
        if opening.conversation_id:
            masker = await self.masker(work, operator.project_id, opening.conversation_id, way, ahead)
            conversation = await rows.conversation(opening.conversation_id)
            if conversation is None:
                raise ConversationNotFound
            if conversation.flow_id != opening.flow_id:
                raise ConversationOfAnotherFlow("This conversation belongs to another flow.", hint="Start a new one.")
            person = masker.name(asks) or conversation.person
            await Others(work.session, operator.project_id).note(conversation, [person])
        else:
            conversation_id = ahead.conversation_id if ahead else new_id("conv")
            masker = await self.masker(work, operator.project_id, conversation_id, way, ahead)
            person = masker.name(asks)
            conversation = ConversationRow(
                id=conversation_id,
                project_id=operator.project_id,
                flow_id=opening.flow_id,
                person=person,
                title=first_words(await masker.kept(storable(opening.text))) or "Without words",
                channel=opening.channel,
                state=ChatState.RUNNING,
                started_at=now,
            )
            rows.add(conversation)
            await rows.flush()  # the messages refer to it
        conversation.flow_name, conversation.version = opening.flow_name, opening.version
        conversation.state, conversation.last_message_at = ChatState.RUNNING, now
        conversation.is_fresh = True
        if opening.details:
            details = await masker.kept(storable(dict(opening.details)))
            await Details(work.session, operator.project_id).add(conversation.id, details)
        text = await masker.kept(storable(opening.text))
        conversation.last_text = first_words(text, PREVIEW_CHARACTERS)
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
            author=_who_asked(operator, opening.channel, person),
            author_id=operator.user_id if opening.channel is Channel.CONSOLE else "",
            state=ChatState.ANSWERED,
            text=text,
            folded=folded(text),
            **shared,
        )
        answer = MessageRow(
            id=new_id("msg"), role=Role.ASSISTANT, author=opening.flow_name, state=ChatState.RUNNING, **shared
        )
        rows.add(question)
        rows.add(answer)
        await self.masked(work, masker)
        return Turn(conversation.id, question.id, answer.id)

    async def answer_ahead(self, operator: Operator, conversation_id: str, answer: Answer) -> AheadText | None:
        """Mask what a run came to before the unit that closes its turn."""
        cited = [citation_values(citation) for citation in answer.citations]
        said = [answer.text, answer.error, cited, list(answer.tool_calls)]
        return await self.ahead(operator, conversation_id, Way.RUN, storable(said))

    async def close_turn(
        self,
        work: Work,
        operator: Operator,
        answer: Answer,
        at: datetime | None = None,
        *,
        ahead: AheadText | None = None,
    ) -> bool:
        """Write what the run came to, which may be masked `ahead`.

        False when it owes none: no chat, closed before, or deleted meanwhile.
        """
        rows = ConversationRepository(work.session, operator.project_id)
        message = await rows.open_answer(answer.run_id)
        conversation = await rows.conversation(message.conversation_id, deleted=True) if message else None
        if message is None or conversation is None:
            return False
        now = at or utc_now()
        masker = await self.masker(work, operator.project_id, conversation.id, Way.RUN, ahead)
        text, error = await masker.kept(storable(answer.text)), await masker.kept(answer.error)
        message.state = state_of(answer)
        message.error, message.model = error or await masker.kept(answer.refused if not text else ""), answer.model
        message.text, message.folded = text, searched(text, message.error)
        message.author, message.author_id = answer.author or message.author, answer.author_id
        message.citations = await masker.kept([citation_values(citation) for citation in answer.citations])
        message.tool_calls = shown_calls(await masker.kept(storable(list(answer.tool_calls))))
        message.tokens_in, message.tokens_out = answer.tokens_in, answer.tokens_out
        message.cost, message.latency_ms, message.created_at = answer.cost, answer.latency_ms, now
        conversation.state, conversation.last_message_at, conversation.is_fresh = message.state, now, True
        conversation.has_failed = conversation.has_failed or message.state == ChatState.FAILED
        conversation.has_failed_tool = conversation.has_failed_tool or any_failed(answer.tool_calls)
        if message.id <= conversation.indexed_to:  # two questions at once: the other's answer was there before
            conversation.indexed_to = ""
        conversation.last_text = first_words(text or error, PREVIEW_CHARACTERS)
        conversation.model = models_text(conversation.model, answer.model)
        if answer.prompt_name:
            conversation.prompt_name, conversation.prompt_version = answer.prompt_name, answer.prompt_version
        conversation.num_messages += 1
        conversation.num_turns += 1
        conversation.tokens_in += answer.tokens_in
        conversation.tokens_out += answer.tokens_out
        conversation.cost += answer.cost
        conversation.latency_ms += answer.latency_ms
        rows.add(message)
        rows.add(conversation)
        await self.masked(work, masker)
        return True

    async def add_reply(
        self,
        work: Work,
        operator: Operator,
        conversation: ConversationRow,
        text: str,
        *,
        ahead: AheadText | None = None,
    ) -> None:
        """Write what a person says in the place of the flow, where no question is open. The row is locked."""
        rows, now = ConversationRepository(work.session, operator.project_id), utc_now()
        masker = await self.masker(work, operator.project_id, conversation.id, Way.REPLY, ahead)
        text = await masker.kept(storable(text))
        rows.add(
            MessageRow(
                id=new_id("msg"),
                project_id=operator.project_id,
                conversation_id=conversation.id,
                role=Role.ASSISTANT,
                author=operator.name,
                author_id=operator.user_id,
                state=ChatState.ANSWERED,
                text=text,
                folded=folded(text),
                version=conversation.version,
                created_at=now,
            )
        )
        conversation.state, conversation.last_message_at, conversation.is_fresh = ChatState.ANSWERED, now, True
        conversation.last_text = first_words(text, PREVIEW_CHARACTERS)
        conversation.num_messages += 1
        rows.add(conversation)
        await self.masked(work, masker)

    async def hand_over(self, work: Work, operator: Operator, flow_id: str, *, to: str) -> None:
        """Give the talks of a flow to the one that took its place, within the caller's unit of work."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        await ConversationRepository(work.session, operator.project_id).hand_over(flow_id, to)

    async def purge(
        self, work: Work, project_id: str, conversation_ids: Sequence[str], *, with_items: bool = True
    ) -> None:
        """Remove conversations for good, for work that goes on without its operator.

        Rows of datasets that were made of their turns go too, `with_items`.
        """
        await self._purge(work, project_id, conversation_ids, with_items=with_items)

    async def remove(self, work: Work, operator: Operator, conversation_ids: Sequence[str]) -> None:
        """Remove conversations for good, in the caller's unit of work."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        await self._purge(work, operator.project_id, conversation_ids)


def way_of(channel: Channel) -> Way:
    """Return the way by which the question of a chat comes in."""
    return Way.API if channel is Channel.API else Way.CONSOLE


def _own(operator: Operator, channel: Channel) -> str:
    """Return who tries a flow in the console: their questions leave with their data, like those of any person."""
    return operator.name if channel is Channel.CONSOLE else ""


def _who_asked(operator: Operator, channel: Channel, person: str) -> str:
    """Return whose words a question is: a key asks for somebody else, where the caller said for whom."""
    return (person if channel is Channel.API else "") or operator.name
