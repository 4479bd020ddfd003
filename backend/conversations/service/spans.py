"""Read the spans of traces, and the call of a model that one of them tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from backend.conversations.models import SpanRow
from backend.conversations.repository.spans import SpanRepository
from backend.conversations.service.reading import ReadingUseCases
from backend.conversations.tracing.calls import call_of, is_call
from backend.conversations.tracing.conventions import understood
from backend.conversations.tracing.prices import Prices, priced_lines
from backend.conversations.types import LoggedCall, SpanLine
from backend.errors import NotFound
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page
from backend.ports.traces import Span, SpanEvent


class PriceList(Protocol):
    """What models cost, for whoever tells tokens and no money."""

    async def of(self, operator: Operator) -> Prices: ...


class SpanUseCases(ReadingUseCases):
    """A span is read as any convention tells it."""

    prices: PriceList | None = None

    async def spans(self, operator: Operator, conversation_id: str, trace_id: str, page: Page) -> Listed[SpanLine]:
        """Return the spans of a trace, or of all of a conversation. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = SpanRepository(session, operator.project_id)
            await self._row(rows, conversation_id)
            found = await rows.spans_of(conversation_id, trace_id, page)
            more = len(found) > page.limit
            shown = found[: page.limit]
            after = f"{shown[-1].trace_id}:{shown[-1].span_id}" if more else None
            lines = [_line_of(span_of(row)) for row in shown]
        prices = await self.prices.of(operator) if self.prices and lines else {}
        return Listed(priced_lines(lines, prices), after)

    async def logged_call(self, operator: Operator, conversation_id: str, trace_id: str, span_id: str) -> LoggedCall:
        """Return the call of a model that a span tells. Raise ConversationNotFound, NotFound where it tells none."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = SpanRepository(session, operator.project_id)
            await self._row(rows, conversation_id)
            found = await rows.span(conversation_id, trace_id, span_id)
        work = understood(span_of(found)) if found else None
        if work is None or not is_call(work):
            raise NotFound("There is no such call.", hint="It may be gone, or say nothing of what it was asked.")
        return call_of(work)

    async def last_call(self, operator: Operator, conversation_id: str, trace_id: str) -> LoggedCall | None:
        """Return the last call of a model that a trace tells, None where it tells none.

        Raise ConversationNotFound.
        """
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = SpanRepository(session, operator.project_id)
            await self._row(rows, conversation_id)
            found = await rows.spans_of(conversation_id, trace_id, Page(MAX_LIMIT))
        works = [understood(span_of(row)) for row in found]
        calls = [work for work in works if is_call(work)]
        last = max(calls, key=lambda work: (work.span.started_at, work.span.span_id), default=None)
        return call_of(last) if last else None


def _line_of(span: Span) -> SpanLine:
    work = understood(span)
    return SpanLine(span, work.kind, work.name, work.model, work.tokens_in, work.tokens_out, work.cost, is_call(work))


def span_of(row: SpanRow) -> Span:
    events: list[Mapping[str, Any]] = list(row.events)
    return Span(
        trace_id=row.trace_id,
        span_id=row.span_id,
        parent_id=row.parent_id,
        name=row.name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        attributes=row.attributes,
        events=tuple(SpanEvent(one["name"], one["attributes"]) for one in events),
        error=row.error,
        service=row.service,
    )
