"""Traces of other systems, over OTLP: spans are kept, and a conversation is made of what they say."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.conversations.folding import PREVIEW_CHARACTERS, first_words
from backend.conversations.models import ConversationRow, MessageRow
from backend.conversations.reports import Report, Told
from backend.conversations.repository.details import Details
from backend.conversations.repository.gone import GoneTraces
from backend.conversations.repository.others import Others
from backend.conversations.repository.scored import Scored
from backend.conversations.repository.spans import SpanRepository
from backend.conversations.service.judging import worst
from backend.conversations.service.reporting import MAX_NAME, message_rows
from backend.conversations.service.spans import SpanUseCases, span_of
from backend.conversations.tracing.conventions import session_of, understood
from backend.conversations.tracing.left_out import LeftOut
from backend.conversations.tracing.masked import Ahead, kept, said_in
from backend.conversations.tracing.metadata import first_metadata
from backend.conversations.tracing.prices import Prices, priced
from backend.conversations.tracing.successors import said_by, successors
from backend.conversations.tracing.turns import Traced, people_of, traced
from backend.conversations.types import Channel, ChatState
from backend.conversations.used_models import models_text
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.masking.aside import aside, is_long
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.ports.traces import Span
from backend.unit_of_work import Work

MAX_SPANS_OF_TRACE = 5_000
SPANS_IN_A_UNIT = 500
UNNAMED = "Traced agent"


class TracingUseCases(SpanUseCases):
    """The same span twice is as once: senders repeat what they are not sure of."""

    async def take_spans(self, operator: Operator, spans: Sequence[Span]) -> LeftOut:
        """Keep spans and what they say; return what was left out."""
        operator.require(Permission.CONVERSATIONS_INGEST)
        traces = defaultdict[str, dict[str, Span]](dict)
        for span in spans:
            traces[span.trace_id].setdefault(span.span_id, span)
        prices = await self.prices.of(operator) if self.prices and traces else {}
        left_out, waiting = LeftOut(), [(trace_id, list(theirs.values())) for trace_id, theirs in traces.items()]
        while waiting:
            # A large delivery is several units: between them others write.
            ahead, done = await self._ahead(operator, *waiting[-1]), 0
            # Of a process only one waits for its turn in the database: the others would hold connections meanwhile.
            async with self._span_turns[operator.project_id], self._units.write(operator) as work:
                await SpanRepository(work.session, operator.project_id).take_turn()
                while waiting and done < SPANS_IN_A_UNIT and not (done and is_long(said_in(waiting[-1][1]))):
                    trace_id, theirs = waiting.pop()
                    more = await self._take(work, operator, trace_id, theirs, prices, ahead=None if done else ahead)
                    done, left_out = done + len(theirs), left_out.and_also(more)
        return left_out

    async def _take(
        self,
        work: Work,
        operator: Operator,
        trace_id: str,
        spans: Sequence[Span],
        prices: Prices,
        *,
        ahead: Ahead | None,
    ) -> LeftOut:
        """Keep what is new of a trace."""
        rows = SpanRepository(work.session, operator.project_id)
        known = await rows.known(trace_id)
        new = [span for span in spans if span.span_id not in known]
        before = await rows.conversation_of(trace_id) if known else None
        if before is None and await GoneTraces(work.session, operator.project_id).has(trace_id):
            return LeftOut(num_removed=len(new))
        if not known and not any(understood(span).kind for span in new):
            return LeftOut(num_other=len(new))
        fitting = new[: max(0, MAX_SPANS_OF_TRACE - len(known))]
        if fitting:
            after = await self._keep_spans(work, operator, trace_id, fitting, before, ahead=ahead)
            if before and await rows.conversation(before) is None:
                await rows.belong(trace_id, before)  # it was deleted: what comes late goes, or comes back, with it
                if left := await rows.conversation(before, deleted=True):
                    names = _names(people_of([span_of(row) for row in await rows.spans(trace_id, MAX_SPANS_OF_TRACE)]))
                    await Others(work.session, operator.project_id).note(left, names)
                return LeftOut(num_beyond=len(new) - len(fitting))
            stored = [span_of(row) for row in await rows.spans(trace_id, MAX_SPANS_OF_TRACE)]
            told = priced(await asyncio.to_thread(traced, stored), prices)
            if told.messages:
                conversation = await self._tell(work, operator, trace_id, told, (before, after))
                had = first_metadata([one for one in stored if one.span_id in known])
                if (says := first_metadata(stored)) and (says != had or conversation.id != before):
                    with suppress(InvalidInput):  # it is too much together
                        await Details(work.session, operator.project_id).add(conversation.id, says)
        return LeftOut(num_beyond=len(new) - len(fitting))

    async def _keep_spans(
        self,
        work: Work,
        operator: Operator,
        trace_id: str,
        spans: Sequence[Span],
        before: str | None,
        *,
        ahead: Ahead | None,
    ) -> str:
        """Write spans, masked like every other word of their conversation; return the id of that one."""
        rows = SpanRepository(work.session, operator.project_id)
        found = await self._traced(work.session, operator, trace_id, spans)
        conversation_id = found.id if found else before or (ahead.conversation_id if ahead else new_id("conv"))
        masker = await self.masker(work, operator.project_id, conversation_id, Way.TRACED)
        if ahead and ahead.fits(conversation_id, masker):
            masker, values = ahead.masker, ahead.values
        else:
            values = await aside(partial(kept, masker, spans), said_in(spans))
        await rows.insert([values[span.span_id] for span in spans])
        await self.masked(work, masker)
        return conversation_id

    async def _traced(
        self, session: AsyncSession, operator: Operator, trace_id: str, spans: Sequence[Span], *, lock: bool = True
    ) -> ConversationRow | None:
        """Return the conversation of the session that the spans name."""
        # Names of sessions are masked alike in every conversation, so that this one finds them.
        naming = await self._masker(session, operator.project_id, trace_id, Way.TRACED)
        named = next(filter(None, map(session_of, spans)), "")
        session_id = await aside(lambda: naming.name(named), named)
        rows = SpanRepository(session, operator.project_id)
        return await rows.traced(session_id, lock=lock) if session_id else None

    async def _ahead(self, operator: Operator, trace_id: str, spans: Sequence[Span]) -> Ahead | None:
        """Mask what is long before the unit that keeps it: others write meanwhile."""
        if not is_long(said_in(spans)):
            return None
        async with self._units.read(operator) as session:
            found = await self._traced(session, operator, trace_id, spans, lock=False)
            before = await SpanRepository(session, operator.project_id).conversation_of(trace_id)
            conversation_id = found.id if found else before or new_id("conv")
            masker = await self._masker(session, operator.project_id, conversation_id, Way.TRACED)
        met = dict(masker.numbers)
        return Ahead(conversation_id, met, masker, await aside(partial(kept, masker, spans), said_in(spans)))

    async def _tell(
        self,
        work: Work,
        operator: Operator,
        trace_id: str,
        told: Traced,
        ids: tuple[str | None, str],
    ) -> ConversationRow:
        """Write what a trace says into the conversation of its session, or one of its own, and return that.

        `ids` are the conversation that it was in before, and the one whose words its new spans share.
        """
        rows, session_id = SpanRepository(work.session, operator.project_id), told.session_id or trace_id
        before, after = ids
        conversation = await rows.traced(session_id)
        if conversation is None:
            conversation = _opened(operator, session_id, told, new_id("conv") if after == before else after)
            rows.add(conversation)
            await rows.flush()  # the messages refer to it
        # Its top span, which says whose it is, comes last; and a session may be one of several people.
        await Others(work.session, operator.project_id).note(conversation, _names(told.people))
        if told.agent and conversation.flow_name in {told.service, UNNAMED}:  # the span that names it came late
            conversation.flow_name = first_words(told.agent, MAX_NAME)
            conversation.flow_id = Report(session_id, "", conversation.flow_name).flow_id
        await rows.belong(trace_id, conversation.id)
        known = await rows.messages_of(conversation.id, trace_id)
        if before and before != conversation.id:  # its session was told late
            known |= await rows.messages_of(before, trace_id)
        said = said_by(known)
        report = Report(session_id, "", conversation.flow_name, person=told.person)
        made = _messages(conversation, report, told.messages, trace_id)
        for id_, row in made.items():
            rows.add(_changed(known[id_], row) if id_ in known else row)
        await rows.flush()
        if follows := successors(said, said_by(made)):
            await rows.hand_on(follows, conversation.id)
            scored = Scored(work.session, operator.project_id)
            await scored.hand_on(follows, {before or conversation.id, conversation.id}, conversation.id)
            for move in self.moving:
                places = {id_: (conversation.id, to) for id_, to in follows.items()}
                await move(work, operator.project_id, places)
        await rows.drop(known.keys() - made.keys())
        await rows.flush()
        await self._sum_up(rows, conversation, min(made))
        if before and before != conversation.id:
            await self._leave(rows, before, conversation)
        return conversation

    async def _leave(self, rows: SpanRepository, conversation_id: str, to: ConversationRow) -> None:
        """Sum up what a conversation has left; without a message it goes, and what was said of it stays."""
        old = await rows.conversation(conversation_id)
        if old is not None:
            await self._sum_up(rows, old, "")
            if not old.num_messages:
                await rows.take_comments(old.id, to.id)
                old.deleted_at = utc_now()

    async def _sum_up(self, rows: SpanRepository, conversation: ConversationRow, earliest: str) -> None:
        sums = await rows.sums(conversation.id)
        first, last = await rows.ends(conversation.id)
        conversation.num_messages, conversation.num_turns = sums[0], sums[1]
        conversation.tokens_in, conversation.tokens_out = sums[2] or 0, sums[3] or 0
        conversation.cost, conversation.latency_ms = sums[4] or Decimal(0), sums[5] or 0
        if first is None or last is None:
            return
        conversation.started_at, conversation.last_message_at = sums[6], sums[7]
        conversation.title = first_words(first.text or first.error) or "Without words"
        conversation.last_text = first_words(last.text or last.error, PREVIEW_CHARACTERS)
        conversation.state = ChatState(last.state)
        conversation.has_failed = sums[8] > 0 or conversation.state is ChatState.FAILED
        conversation.has_failed_tool = sums[9] > 0
        conversation.model = models_text(conversation.model, last.model)
        conversation.is_fresh, conversation.rating = True, worst(await rows.ratings(conversation.id))
        if earliest <= conversation.indexed_to:
            conversation.indexed_to = ""
        rows.add(conversation)


def _opened(operator: Operator, session_id: str, told: Traced, conversation_id: str) -> ConversationRow:
    agent = first_words(told.agent or told.service, MAX_NAME) or UNNAMED
    return ConversationRow(
        id=conversation_id,
        project_id=operator.project_id,
        flow_id=Report(session_id, "", agent).flow_id,
        flow_name=agent,
        session_id=session_id,
        person=first_words(told.person, MAX_NAME),
        title="",
        channel=Channel.TRACED,
        state=ChatState.ANSWERED,
        started_at=told.messages[0].at or utc_now(),
    )


def _names(people: Sequence[str]) -> list[str]:
    return [first_words(one, MAX_NAME) for one in people]


def _messages(
    conversation: ConversationRow, report: Report, said: Sequence[Told], trace_id: str
) -> dict[str, MessageRow]:
    """Return the rows of a trace's messages under ids that it makes again: they sort by time, then by their order."""
    made: dict[str, MessageRow] = {}
    start = said[0].at or conversation.started_at
    for number, row in enumerate(message_rows(conversation, report, said, start)):
        row.trace_id = trace_id
        row.id = _id(conversation.id, trace_id, number, row.created_at)
        made[row.id] = row
    return made


def _changed(known: MessageRow, row: MessageRow) -> MessageRow:
    """Return the row that is there, saying what the trace says now."""
    for name in MessageRow.model_fields:
        setattr(known, name, getattr(row, name))
    return known


def _id(conversation_id: str, trace_id: str, number: int, at: datetime) -> str:
    told = hashlib.sha256(f"{conversation_id} {trace_id} {number}".encode()).hexdigest()
    milliseconds = int(at.timestamp()) * 1000 + at.microsecond // 1000
    return f"msg_{milliseconds:012x}7{at.microsecond % 1000:03x}{number:03x}{told[:13]}"
