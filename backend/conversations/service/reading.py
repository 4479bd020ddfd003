"""The log as it is read: lists with their counts, and transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backend.columns import storable
from backend.conversations.details import chosen_in
from backend.conversations.errors import ConversationNotFound, MessageNotFound
from backend.conversations.facet_types import IS, NamedFacets
from backend.conversations.facets import facets_of
from backend.conversations.models import ConversationRow
from backend.conversations.order_types import Order
from backend.conversations.repository import ConversationRepository, MetadataRepository
from backend.conversations.repository.details import Details
from backend.conversations.repository.ordering import FEW
from backend.conversations.score_types import judged_choice
from backend.conversations.service.base import Base
from backend.conversations.shapes import conversation_of, message_of
from backend.conversations.types import (
    Browsed,
    Conversation,
    Facet,
    Filters,
    Message,
    Opened,
    Transcript,
)
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page
from backend.plain_json import shallow

# Messages of a transcript that are read at once: a long one opens at its end.
WINDOW = 100


class ReadingUseCases(Base):
    """Nothing here changes a row."""

    async def list(
        self, operator: Operator, filters: Filters, page: Page, order: Order = Order.NEWEST
    ) -> Listed[Conversation]:
        """Return a page of conversations."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text)
            listed = await ConversationRepository(session, operator.project_id).list(filters, page, found, order)
            return Listed.cut([conversation_of(row) for row in listed], page)

    async def matching(self, operator: Operator, filters: Filters, most: int) -> Sequence[str]:
        """Return the conversations that filters leave, `most` of them, the last spoken in first."""
        found: list[str] = []
        after: str | None = ""
        while after is not None and len(found) < most:
            listed = await self.list(operator, filters, Page(min(MAX_LIMIT, most - len(found)), after))
            found += [one.id for one in listed.items]
            after = listed.next
        return found

    async def conversation(self, operator: Operator, conversation_id: str) -> Conversation:
        """Return one without its messages. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            return conversation_of(await self._row(rows, conversation_id))

    async def some(self, operator: Operator, conversation_ids: Sequence[str]) -> Sequence[Conversation]:
        """Return those of these conversations that are there, in no order."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await ConversationRepository(session, operator.project_id).some(conversation_ids)
            return [conversation_of(row) for row in found]

    async def browse(self, operator: Operator, filters: Filters, page: Page, order: Order = Order.NEWEST) -> Browsed:
        """Return a page and what each choice of a filter would show, both of the same moment."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = MetadataRepository(session, operator.project_id)
            found = await self._find(session, operator, filters.text)
            counted = await rows.counts(filters, found)
            facets = facets_of(self._mixes.read(counted), [*counted.values()], filters)
            listed = await rows.list(filters, page, found, order, few=facets.matching <= FEW)
            names = await rows.told_apart({one.value: one.name for one in facets.flows})
            judged = [(judged_choice(*one[:2]), one[2]) for one in await rows.verdicts(filters, found)]
            facets = replace(
                facets,
                flows=tuple(replace(one, name=names[one.value]) for one in facets.flows),
                judges=tuple(Facet(one, one, num) for one, num in judged),
                metadata=tuple(
                    [_named(name, await rows.values(name, filters, found)) for name in chosen_in(filters.metadata)]
                ),
                metadata_names=tuple(await rows.names()),
            )
            return Browsed(
                Listed.cut([conversation_of(row) for row in listed], page), facets, found.num_unread if found else 0
            )

    async def metadata_of(
        self, operator: Operator, conversation_ids: Sequence[str], names: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        """Return what the metadata of conversations says under some names, a word for each."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return await Details(session, operator.project_id).told(conversation_ids, names)

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
            conversation = await self._row(rows, conversation_id)
            messages = await rows.messages(conversation_id)
            return Transcript(conversation_of(conversation), tuple(message_of(*row) for row in messages))

    async def messages(self, operator: Operator, conversation_id: str, page: Page) -> Listed[Message]:
        """Return a page of the messages, oldest first. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            await self._row(rows, conversation_id)
            first = {"after": storable(page.after) or " "}  # which no id is before
            found = await rows.window(conversation_id, limit=page.limit + 1, **first)
            return Listed.cut([message_of(*row) for row in found], page)

    async def opened(
        self, operator: Operator, conversation_id: str, limit: int = WINDOW, before: str = "", until: str = ""
    ) -> Opened:
        """Return the last messages, or the last before one, or down to one. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            conversation = await self._row(rows, conversation_id)
            found = await rows.window(conversation_id, limit=limit + 1, before=storable(before), until=storable(until))
            return Opened(
                conversation_of(conversation),
                tuple(message_of(*row) for row in found[-limit:]),
                has_earlier=len(found) > limit,
                details=await self._details(rows, conversation_id),
            )

    async def turn(self, operator: Operator, message_id: str, limit: int = WINDOW) -> Opened:
        """Return what was said down to an answer, which is the last message. Raise MessageNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            answer = await rows.answer(storable(message_id))
        if answer is None:
            raise MessageNotFound("There is no such answer.")
        return await self.opened(operator, answer.conversation_id, limit, until=answer.id)

    async def _details(self, rows: ConversationRepository, conversation_id: str) -> dict[str, Any]:
        record = (await rows.records([conversation_id])).get(conversation_id)
        return shallow(record.details if record else None) or {}

    async def _row(self, rows: ConversationRepository, conversation_id: str) -> ConversationRow:
        row = await rows.conversation(storable(conversation_id), lock=False)
        if row is None:
            raise ConversationNotFound
        return row


def _named(name: str, counts: Sequence[tuple[str, int]]) -> NamedFacets:
    return NamedFacets(name, tuple(Facet(f"{name}{IS}{value}", value, number) for value, number in counts))
