"""The log over REST as the console reads it: found by words and filters, with counts, and message by message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from backend.api.access import allowed
from backend.api.conversation_search_bodies import (
    FacetsBody,
    FoundBody,
    FoundList,
    MessageBody,
    MessageList,
    NewView,
    SpanBody,
    SpanList,
    ViewBody,
    ViewList,
)
from backend.api.documents import AS_DATA
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.conversations.details import chosen_in
from backend.conversations.order_types import Order
from backend.conversations.range_types import SPAN, ranges_of
from backend.conversations.reports import FIRST, LAST
from backend.conversations.types import (
    Channel,
    ChatState,
    FailedTools,
    FailedTurns,
    Filters,
    Outcome,
    Rating,
    Satisfaction,
)
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["conversations"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Writer = Annotated[Operator, allowed(Permission.CONVERSATIONS_REPLY)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Text = Annotated[str, Query(max_length=200)]
Span = Annotated[str, Query(pattern=SPAN, max_length=50)]
Choices = Annotated[list[str], Query(max_length=50)]


def _utc(moment: datetime | None) -> datetime | None:
    """Return a moment with its zone, and none at the ends of the calendar: it could be told in no other zone."""
    if moment is None:
        return None
    return min(max(moment if moment.tzinfo else moment.replace(tzinfo=UTC), FIRST), LAST)


def filters_of(
    *,
    text: Text = "",
    flow_id: Choices = [],  # noqa: B006  # read by the framework, never changed
    state: Annotated[list[ChatState], Query()] = [],  # noqa: B006
    failed_turn: Annotated[list[FailedTurns], Query()] = [],  # noqa: B006
    failed_tool: Annotated[list[FailedTools], Query()] = [],  # noqa: B006
    rating: Annotated[list[Rating], Query()] = [],  # noqa: B006
    channel: Annotated[list[Channel], Query()] = [],  # noqa: B006
    model: Choices = [],  # noqa: B006
    prompt: Choices = [],  # noqa: B006
    outcome: Annotated[list[Outcome], Query()] = [],  # noqa: B006
    satisfaction: Annotated[list[Satisfaction], Query()] = [],  # noqa: B006
    tag: Choices = [],  # noqa: B006
    judge: Choices = [],  # noqa: B006
    version: Choices = [],  # noqa: B006
    metadata: Choices = [],  # noqa: B006
    cost: Span = "",
    tokens: Span = "",
    latency: Span = "",
    duration: Span = "",
    turns: Span = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Filters:
    """Read the filters of a query; a moment without a zone is meant in UTC, and a range is written as 1..5.

    `metadata` is written as plan=pro; plan= finds those without a plan, plan alone those with any; at most
    eight names are taken at once.
    """
    chosen_in(metadata)
    return Filters(
        text=text,
        flow_ids=tuple(flow_id),
        states=tuple(state),
        failed_turns=tuple(failed_turn),
        failed_tools=tuple(failed_tool),
        ratings=tuple(rating),
        channels=tuple(channel),
        models=tuple(model),
        prompts=tuple(prompt),
        outcomes=tuple(outcome),
        satisfactions=tuple(satisfaction),
        tags=tuple(tag),
        judges=tuple(judge),
        versions=tuple(version),
        metadata=tuple(metadata),
        ranges=ranges_of({"cost": cost, "tokens": tokens, "latency": latency, "duration": duration, "turns": turns}),
        since=_utc(since),
        until=_utc(until),
    )


@router.get("/conversation-search")
async def search_conversations(
    operator: Reader,
    filters: Annotated[Filters, Depends(filters_of)],
    order: Order = Order.NEWEST,
    limit: Limit = DEFAULT_LIMIT,
    after: str = "",
) -> FoundList:
    """List what fits in an order, and count what each choice of a filter would show."""
    log = services().conversations
    found = await log.browse(operator, filters, Page(limit, after), order)
    snippets = await log.snippets(operator, filters.text, found.listed.items)
    return FoundList(
        conversations=[FoundBody.of(one, snippets.get(one.id)) for one in found.listed.items],
        next=found.listed.next,
        facets=FacetsBody.of(found.facets),
    )


@router.get("/conversation-export", response_class=StreamingResponse)
async def export_conversations(operator: Reader, filters: Annotated[Filters, Depends(filters_of)]) -> StreamingResponse:
    """Return what fits as CSV, guarded against formulas."""
    lines = await services().conversations.export(operator, filters)
    headers = {**AS_DATA, "Content-Disposition": 'attachment; filename="conversations.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/conversation-views")
async def list_views(operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "") -> ViewList:
    """List the saved views of the project by name."""
    listed = Listed.among(await services().conversations.views(operator), Page(limit, after))
    return ViewList(views=[ViewBody.of(one) for one in listed.items], next=listed.next)


@router.post("/conversation-views", status_code=201)
async def save_view(operator: Writer, body: NewView) -> ViewBody:
    """Keep filters and columns under a name; what was read there at `version` is replaced."""
    return ViewBody.of(await services().conversations.save_view(operator, body.name, body.query, body.version))


@router.delete("/conversation-views/{view_id}", status_code=204)
async def delete_view(operator: Writer, view_id: str) -> None:
    await services().conversations.delete_view(operator, view_id)


@router.get("/conversations/{conversation_id}/messages")
async def list_messages(
    operator: Reader, conversation_id: str, limit: Limit = DEFAULT_LIMIT, after: str = ""
) -> MessageList:
    """List what was said, oldest first."""
    listed = await services().conversations.messages(operator, conversation_id, Page(limit, after))
    return MessageList(messages=[MessageBody.of(one) for one in listed.items], next=listed.next)


@router.get("/conversations/{conversation_id}/spans")
async def list_spans(
    operator: Reader, conversation_id: str, trace_id: str = "", limit: Limit = DEFAULT_LIMIT, after: str = ""
) -> SpanList:
    """List the spans of a trace, or of every trace of a conversation."""
    listed = await services().conversations.spans(operator, conversation_id, trace_id, Page(limit, after))
    return SpanList(spans=[SpanBody.of(one) for one in listed.items], next=listed.next)
