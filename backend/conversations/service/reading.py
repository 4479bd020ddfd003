"""The log as it is read: lists with their counts, and transcripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.columns import storable
from backend.conversations.details import chosen_in
from backend.conversations.errors import ConversationNotFound, MessageNotFound
from backend.conversations.facet_types import IS, NamedFacets
from backend.conversations.models import ConversationRow
from backend.conversations.repository import ConversationRepository, Counted, MetadataRepository
from backend.conversations.repository.details import Details
from backend.conversations.score_types import judged_choice
from backend.conversations.service.base import Base
from backend.conversations.shapes import conversation_of, message_of
from backend.conversations.tags import tags_in
from backend.conversations.types import (
    AGENT,
    SHOWN,
    Browsed,
    Channel,
    ChatState,
    Conversation,
    Facet,
    Facets,
    FailedTurns,
    Filters,
    Message,
    Opened,
    Outcome,
    Rating,
    Satisfaction,
    Transcript,
    prompt_choice,
    version_choice,
)
from backend.conversations.used_models import models_in
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page
from backend.plain_json import shallow

MAX_NAMED = 20
# Messages of a transcript that are read at once: a long one opens at its end.
WINDOW = 100
OUTCOMES = {True: Outcome.COMPLETED, False: Outcome.NOT_COMPLETED, None: Outcome.UNKNOWN}
# What each filter chooses by, and how a mix of the counts tells it.
CHOICES: tuple[tuple[str, Callable[[Counted], str]], ...] = (
    ("flow_ids", lambda mix: mix.flow_id),
    ("versions", lambda mix: version_choice(mix.flow_id, mix.version)),
    ("states", lambda mix: mix.state),
    ("failed_turns", lambda mix: FailedTurns.SOME if mix.has_failed else FailedTurns.NONE),
    ("ratings", lambda mix: mix.rating),
    ("channels", lambda mix: mix.channel),
    ("prompts", lambda mix: prompt_choice(mix.prompt_name, mix.prompt_version)),
    ("outcomes", lambda mix: OUTCOMES[mix.task_completed]),
    ("satisfactions", lambda mix: Satisfaction.UNKNOWN if mix.satisfaction is None else str(mix.satisfaction)),
)
# And those of which a conversation has several.
SEVERAL: tuple[tuple[str, Callable[[Counted], Sequence[str]]], ...] = (
    ("tags", lambda mix: tags_in(mix.tags)),
    ("models", lambda mix: models_in(mix.model)),
)


class ReadingUseCases(Base):
    """Nothing here changes a row."""

    async def list(self, operator: Operator, filters: Filters, page: Page) -> Listed[Conversation]:
        """Return a page of conversations, newest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text)
            listed = await ConversationRepository(session, operator.project_id).list(filters, page, found)
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

    async def browse(self, operator: Operator, filters: Filters, page: Page) -> Browsed:
        """Return a page and what each choice of a filter would show, both of the same moment."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = MetadataRepository(session, operator.project_id)
            found = await self._find(session, operator, filters.text)
            listed = await rows.list(filters, page, found)
            facets = facets_of(await rows.counts(filters, found), filters)
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


def facets_of(mixes: Sequence[Counted], filters: Filters) -> Facets:
    """Add the mixes up along each filter, beside what the others choose; the most frequent flow and model first."""
    counts = {name: Counter[str]() for name, _ in (*CHOICES, *SEVERAL)}
    several = [(name, values, frozenset[str](getattr(filters, name))) for name, values in SEVERAL]
    wanted = {name: frozenset(getattr(filters, name)) for name, _ in CHOICES}
    wanted["channels"] = wanted["channels"] or SHOWN
    chosen = [(name, value, wanted[name]) for name, value in CHOICES if wanted[name]]
    names: dict[str, str] = {}
    total = matching = 0
    for mix in mixes:
        refused = [name for name, value, among in chosen if value(mix) not in among]
        told = [(name, values(mix), among) for name, values, among in several]
        refused += [name for name, values, among in told if among and among.isdisjoint(values)]
        names[mix.flow_id] = max(mix.flow_name, names.get(mix.flow_id, ""))
        total += mix.num if mix.channel in SHOWN | wanted["channels"] else 0
        if not refused:
            matching += mix.num
        for name, value in CHOICES:
            if not refused or refused == [name]:
                counts[name][value(mix)] += mix.num
            elif name == "flow_ids":
                counts[name][mix.flow_id] += 0  # a flow keeps its line where it would show nothing
        for name, values, _ in told:
            if not refused or refused == [name]:
                for one in values:
                    counts[name][one] += mix.num
    return Facets(
        total=total,
        matching=matching,
        flows=tuple(Facet(one, names[one], number) for one, number in _ordered(counts["flow_ids"])),
        versions=_versions(counts["versions"], names, filters) if filters.flow_ids or filters.versions else (),
        states=_each(ChatState, counts["states"]),
        failed_turns=_each(FailedTurns, counts["failed_turns"]),
        ratings=_each(Rating, counts["ratings"]),
        channels=_each(Channel, counts["channels"]),
        models=_most(counts["models"]),
        prompts=_most(counts["prompts"]),
        outcomes=_each(Outcome, counts["outcomes"]),
        satisfactions=_each(Satisfaction, counts["satisfactions"]),
        tags=_most(counts["tags"]),
    )


def _named(name: str, counts: Sequence[tuple[str, int]]) -> NamedFacets:
    return NamedFacets(name, tuple(Facet(f"{name}{IS}{value}", value, number) for value, number in counts))


def _versions(counts: Counter[str], names: Mapping[str, str], filters: Filters) -> tuple[Facet, ...]:
    """Return the versions of flows, the most frequent first; what ran elsewhere has none, unless it is asked for."""
    found = list[Facet]()
    for value, number in _ordered(counts):
        flow_id, _, version = value.rpartition(" v")
        is_held = not flow_id.startswith(AGENT)
        if is_held or value in filters.versions:
            word = f" v{version}" if version != "0" else " draft" if is_held else ""
            found.append(Facet(value, f"{names[flow_id]}{word}", number))
    return tuple(found[:MAX_NAMED])


def _most(counts: Counter[str]) -> tuple[Facet, ...]:
    """Return those with a name, the most frequent first."""
    named = [(name, number) for name, number in _ordered(counts) if name]
    return tuple(Facet(name, name, number) for name, number in named[:MAX_NAMED])


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the most frequent first, and of equals always the same one."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _each(values: Iterable[str], counts: Counter[str]) -> tuple[Facet, ...]:
    return tuple(Facet(value, value, counts[value]) for value in values)
