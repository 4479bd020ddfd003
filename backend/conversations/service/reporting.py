"""Conversations that were held elsewhere: kept whole, with their messages, and counted under their prompt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import storable, utc_now
from backend.conversations.errors import ConversationNotFound
from backend.conversations.folding import PREVIEW_CHARACTERS, first_words, searched
from backend.conversations.masked_reports import masked_report, said_in
from backend.conversations.models import ConversationRecordRow, ConversationRow, MessageRow
from backend.conversations.reports import Report, Tally, Told, messages_in
from backend.conversations.repository import ConversationRepository
from backend.conversations.repository.details import Details
from backend.conversations.repository.others import Others
from backend.conversations.service.base import Base
from backend.conversations.shapes import (
    citation_values,
    conversation_of,
    has_failed,
    has_failed_tool,
    shown_calls,
    state_of,
)
from backend.conversations.types import Channel, ChatState, Conversation, Role
from backend.conversations.used_models import models_text
from backend.ids import new_id
from backend.masking.aside import aside
from backend.masking.masker import Masker
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.plain_json import shallow
from backend.taking_turns import take_turn
from backend.unit_of_work import Work

DEFAULT_REPORTED = 50
MAX_TOLD = 20_000
MAX_NAME = 200
WAYS = {Channel.REPORTED: Way.REPORTED, Channel.TRACED: Way.TRACED, Channel.IMPORTED: Way.IMPORTED}


@dataclass(frozen=True, slots=True)
class Reported:
    """A conversation with what other systems read of it."""

    conversation: Conversation
    transcript: dict[str, Any]
    details: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A conversation as it will be kept, under the id that it gets, and what its masker met.

    `session_id` is as it was told, for comparing alone: what is kept of it is masked.
    """

    conversation_id: str
    report: Report
    masker: Masker
    session_id: str = ""


class ReportingUseCases(Base):
    """What the compatible API, OpenTelemetry and files bring."""

    async def report(self, operator: Operator, report: Report) -> Reported:
        """Keep a conversation, counted under its prompt. Raise PromptNotFound, and then nothing is kept."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        ready = await self.ready(operator, [report])
        async with self._units.write(operator) as work:
            row = (await self.keep(work, operator, ready))[0]
            return Reported(conversation_of(row), storable(report.transcript) or {}, storable(report.details))

    async def ready(self, operator: Operator, reports: Sequence[Report]) -> list[Ready]:
        """Mask conversations for `keep`, before its unit: a long text would hold up everybody who writes."""
        ids = [new_id("conv") for _ in reports]
        async with self._units.read(operator) as session:
            maskers = [
                await self._masker(session, operator.project_id, id_, WAYS.get(one.channel, Way.REPORTED))
                for id_, one in zip(ids, reports, strict=True)
            ]
        return [
            Ready(
                id_,
                await aside(partial(masked_report, masker, one), *said_in(one)),
                masker,
                "" if one.held else storable(one.session_id),
            )
            for id_, one, masker in zip(ids, reports, maskers, strict=True)
        ]

    async def keep(self, work: Work, operator: Operator, ready: Sequence[Ready]) -> list[ConversationRow]:
        """Write conversations in the caller's unit, whatever way they came. Raise PromptNotFound."""
        rows = ConversationRepository(work.session, operator.project_id)
        details = Details(work.session, operator.project_id)
        kept: list[tuple[Report, ConversationRow, Sequence[Told]]] = []
        for one in ready:
            report, now = one.report, utc_now()
            said = _by_now(report.messages or messages_in(report.transcript or {}), now)
            row = _conversation(operator, report, said, now)
            row.id = one.conversation_id
            await self.masked(work, one.masker)
            rows.add(row)
            kept.append((report, row, said))
        await rows.flush()  # the messages refer to them
        for report, row, told in kept:
            if report.transcript is not None or report.details is not None:
                told_of = {"transcript": report.transcript, "details": report.details}
                rows.add(ConversationRecordRow(conversation_id=row.id, project_id=row.project_id, **told_of))
                details.note(row.id, report.details)
            for message in message_rows(row, report, told):
                rows.add(message)
        await rows.flush()
        for report, row, _ in kept:
            if report.others:
                names = [first_words(storable(one), MAX_NAME) for one in report.others]
                await Others(work.session, operator.project_id).note(row, names)
        had = await self._versions(work, operator, {one.conversation_id: one.session_id for one in ready})
        for report, row, _ in kept:
            if report.prompt_id is not None:
                row.prompt_name, newest = await self._count(work, operator, rows, report.prompt_id)
                row.prompt_version = had.get((row.id, report.prompt_id), newest)
                rows.add(row)
        return [row for _, row, _ in kept]

    async def _versions(
        self, work: Work, operator: Operator, sessions: Mapping[str, str]
    ) -> Mapping[tuple[str, str], int]:
        """Return which version of a prompt a live test gave conversations, and let it count them."""
        told = {id_: session_id for id_, session_id in sessions.items() if session_id}
        had: dict[tuple[str, str], int] = {}
        for seat in self.seating if told else ():
            had |= await seat(work, operator.project_id, told)
        return had

    async def _count(
        self, work: Work, operator: Operator, rows: ConversationRepository, prompt_id: str
    ) -> tuple[str, int]:
        assert self.prompts is not None
        await take_turn(work.session, f"conversations of {prompt_id}")
        tally = Tally(*await rows.told_of(prompt_id))
        return await self.prompts.count_run(work, operator.project_id, prompt_id, tally)

    async def forget_prompt(self, work: Work, project_id: str, prompt_id: str) -> None:
        """Let conversations stay without their prompt, in the unit that deletes it."""
        await ConversationRepository(work.session, project_id).forget_prompt(prompt_id)

    async def reported(
        self,
        operator: Operator,
        *,
        agent_config: str | None = None,
        prompt_id: str | None = None,
        limit: int = DEFAULT_REPORTED,
    ) -> list[Reported]:
        """Return the conversations that began last, as other systems read them."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            agents = None if agent_config is None else await self._names(session, operator, storable(agent_config))
            found = await rows.reported(agents=agents, prompt_id=storable(prompt_id), limit=limit)
            return await self._reported(rows, found)

    async def _names(self, session: AsyncSession, operator: Operator, name: str) -> list[str]:
        """Return under which names something may be kept: as it was told, and as it was masked."""
        return await self.masking.names_of(session, operator.project_id, name) if self.masking else [name]

    async def reported_one(self, operator: Operator, conversation_id: str) -> Reported:
        """Return one. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            found = await rows.conversation(storable(conversation_id), lock=False)
            if found is None:
                raise ConversationNotFound
            return (await self._reported(rows, [found]))[0]

    async def _reported(self, rows: ConversationRepository, found: Sequence[ConversationRow]) -> list[Reported]:
        """Tell of what was held here as of the rest: its messages are the transcript."""
        ids = [row.id for row in found]
        records = await rows.records(ids)
        told = defaultdict[str, list[dict[str, Any]]](list)
        for message in await rows.said_in([id_ for id_ in ids if not _has_transcript(records.get(id_))], MAX_TOLD):
            told[message.conversation_id].append(
                {"role": message.role, "content": message.text, "timestamp": message.created_at.isoformat()}
            )
        return [
            Reported(
                conversation_of(row),
                shallow(record.transcript if record else None) or {"messages": told[row.id]},
                shallow(record.details if record else None),
            )
            for row in found
            for record in [records.get(row.id)]
        ]


def _has_transcript(record: ConversationRecordRow | None) -> bool:
    return record is not None and record.transcript is not None


def _by_now(said: Sequence[Told], now: datetime) -> Sequence[Told]:
    """Return messages none of which was said later than now: one dated ahead would outlive every retention."""
    return [replace(one, at=now) if one.at and one.at > now else one for one in said]


def _conversation(operator: Operator, report: Report, said: Sequence[Told], now: datetime) -> ConversationRow:
    question = next((one.text for one in said if one.role is Role.USER), "")
    moments = [one.at for one in said if one.at]
    # What comes over the compatible API began when it was told: other systems sort by that.
    started = now if report.turn_count is not None else min(moments, default=now)
    turns = sum(one.role is Role.USER for one in said)
    failed = next((one.error for one in reversed(said) if one.error), "")
    held = report.held
    return ConversationRow(
        id=new_id("conv"),
        project_id=operator.project_id,
        flow_id=report.flow_id,
        flow_name=storable(report.agent_name),
        version=held.version if held else 0,
        agent_config=storable(report.agent_config),
        session_id=storable(report.session_id),
        person=first_words(storable(report.person), MAX_NAME),
        title=first_words(question or next((one.text for one in said if one.text), "")) or "Without words",
        last_text=first_words(said[-1].text or failed if said else "", PREVIEW_CHARACTERS),
        channel=report.channel,
        state=state_of(said[-1]) if said else ChatState.ANSWERED,
        has_failed=has_failed(said),
        has_failed_tool=has_failed_tool(said),
        num_messages=len(said),
        num_turns=report.turn_count if report.turn_count is not None else turns,
        tokens_in=sum(one.tokens_in for one in said),
        tokens_out=sum(one.tokens_out for one in said),
        cost=sum((one.cost for one in said), Decimal(0)),
        latency_ms=sum(one.latency_ms for one in said),
        model=first_words(models_text(*(one.model for one in said)), MAX_NAME),
        prompt_id=report.prompt_id,
        prompt_name=held.prompt_name if held else "",
        prompt_version=held.prompt_version if held else 0,
        duration=report.duration,
        satisfaction=report.satisfaction,
        task_completed=report.task_completed,
        started_at=started,
        last_message_at=max([started, *moments]) if started != now else now,
    )


def message_rows(
    conversation: ConversationRow, report: Report, said: Sequence[Told], start: datetime | None = None
) -> Iterator[MessageRow]:
    """Yield the rows of what was told: none is earlier than the one before it, the first not than `start`."""
    at, held = start or conversation.started_at, report.held
    person = first_words(storable(report.person), MAX_NAME) or conversation.person
    for one in said:
        at = max(at, one.at or at)
        by = {Role.ASSISTANT: conversation.flow_name, Role.USER: person}.get(one.role, one.tool_name)
        yield MessageRow(
            id=new_id("msg"),
            project_id=conversation.project_id,
            conversation_id=conversation.id,
            role=one.role,
            author=storable(one.author) or by,
            author_id=held.asked_by_id if held and one.role is Role.USER else "",
            state=state_of(one),
            text=storable(one.text),
            folded=searched(one.text, one.error),
            run_id=held.run_id if held else "",
            version=conversation.version,
            model=storable(one.model),
            error=storable(one.error),
            citations=[citation_values(citation) for citation in one.citations],
            tool_name=storable(one.tool_name),
            tool_calls=(shown_calls if held else list)(storable(list(one.tool_calls))),
            tokens_in=one.tokens_in,
            tokens_out=one.tokens_out,
            cost=one.cost,
            latency_ms=one.latency_ms,
            created_at=at,
        )
