"""The shapes of what is found in the log."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from backend.api.bodies import Strict
from backend.conversations.snippet_types import Snippet
from backend.conversations.types import Conversation, Facet, Facets, Message, SpanLine, View


class PieceBody(BaseModel):
    text: str
    is_hit: bool


class SnippetBody(BaseModel):
    """What the words were found in, around the first of them; `message_id` is empty where that is a name."""

    pieces: list[PieceBody]
    found_in: str
    message_id: str


class FoundBody(BaseModel):
    """A conversation as a list shows it; tokens, cost and latency are sums over its answers.

    `snippet` is null where no words were searched for, and in conversations too long to look through for it.
    """

    id: str
    title: str
    last_text: str
    flow_id: str
    flow_name: str
    version: int
    agent_config: str
    session_id: str
    person: str
    channel: str
    state: str
    has_failed: bool
    has_failed_tool: bool
    rating: str
    model: str
    prompt_id: str | None
    prompt_name: str
    prompt_version: int
    num_messages: int
    num_turns: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    latency_ms: int
    duration_seconds: float
    satisfaction: int | None
    task_completed: bool | None
    tags: list[str]
    started_at: datetime
    last_message_at: datetime
    snippet: SnippetBody | None

    @classmethod
    def of(cls, conversation: Conversation, snippet: Snippet | None = None) -> FoundBody:
        told = SnippetBody(**asdict(snippet)) if snippet else None
        # Not `asdict`, which copies what is in it: that takes longer than all else of the answer.
        known = {one.name: getattr(conversation, one.name) for one in fields(conversation)}
        return cls(**known, duration_seconds=conversation.seconds, snippet=told)


class FacetBody(BaseModel):
    value: str
    name: str
    count: int

    @classmethod
    def all(cls, facets: tuple[Facet, ...]) -> list[FacetBody]:
        return [cls(value=one.value, name=one.name, count=one.count) for one in facets]


class NamedFacetsBody(BaseModel):
    """The most frequent values of a name in metadata."""

    name: str
    values: list[FacetBody]


class FacetsBody(BaseModel):
    """How many conversations each choice would show beside what the other filters choose.

    `metadata` has the values of the names that are filtered by, `metadata_names` all names.
    """

    total: int
    matching: int
    flows: list[FacetBody]
    versions: list[FacetBody]
    states: list[FacetBody]
    failed_turns: list[FacetBody]
    failed_tools: list[FacetBody]
    ratings: list[FacetBody]
    channels: list[FacetBody]
    models: list[FacetBody]
    prompts: list[FacetBody]
    outcomes: list[FacetBody]
    satisfactions: list[FacetBody]
    tags: list[FacetBody]
    metadata: list[NamedFacetsBody]
    metadata_names: list[str]
    judges: list[FacetBody]

    @classmethod
    def of(cls, facets: Facets) -> FacetsBody:
        return cls(
            total=facets.total,
            matching=facets.matching,
            flows=FacetBody.all(facets.flows),
            versions=FacetBody.all(facets.versions),
            states=FacetBody.all(facets.states),
            failed_turns=FacetBody.all(facets.failed_turns),
            failed_tools=FacetBody.all(facets.failed_tools),
            ratings=FacetBody.all(facets.ratings),
            channels=FacetBody.all(facets.channels),
            models=FacetBody.all(facets.models),
            prompts=FacetBody.all(facets.prompts),
            outcomes=FacetBody.all(facets.outcomes),
            satisfactions=FacetBody.all(facets.satisfactions),
            tags=FacetBody.all(facets.tags),
            metadata=[NamedFacetsBody(name=one.name, values=FacetBody.all(one.values)) for one in facets.metadata],
            metadata_names=list(facets.metadata_names),
            judges=FacetBody.all(facets.judges),
        )


class FoundList(BaseModel):
    conversations: list[FoundBody]
    next: str | None
    facets: FacetsBody


class MessageBody(BaseModel):
    """A message; `run_id` is empty where no run of a flow stands behind it."""

    id: str
    role: str
    author: str
    text: str
    state: str
    run_id: str
    trace_id: str
    model: str
    error: str
    citations: list[dict[str, Any]]
    tool_name: str
    tool_calls: list[dict[str, Any]]
    tokens_in: int
    tokens_out: int
    cost: Decimal
    latency_ms: int
    rating: str
    comment: str
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> MessageBody:
        given = message.feedback
        values = asdict(message)
        return cls(**values, rating=given.rating if given else "none", comment=given.comment if given else "")


class SpanBody(BaseModel):
    """A span as another system told it; `kind` is empty for work of no model, tool or agent."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    service: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal
    error: str
    started_at: datetime
    ended_at: datetime
    attributes: dict[str, Any]
    events: list[dict[str, Any]]

    @classmethod
    def of(cls, line: SpanLine) -> SpanBody:
        told = {name: getattr(line, name) for name in ("kind", "model", "tokens_in", "tokens_out", "cost")}
        return cls(**asdict(line.span), **told)


class SpanList(BaseModel):
    spans: list[SpanBody]
    next: str | None


class MessageList(BaseModel):
    messages: list[MessageBody]
    next: str | None


class NewView(Strict):
    """`query` has `text`, and lists of texts under the names of the filters and `columns`.

    `version` is that of the view to be replaced; 409 where another stands under the name.
    """

    name: str
    query: dict[str, Any]
    version: int = 0


class ViewBody(BaseModel):
    id: str
    name: str
    query: dict[str, Any]
    created_by: str
    version: int

    @classmethod
    def of(cls, view: View) -> ViewBody:
        return cls(**asdict(view))


class ViewList(BaseModel):
    views: list[ViewBody]
    next: str | None
