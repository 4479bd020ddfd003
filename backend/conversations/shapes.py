"""From the rows of the log to what the house sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from backend.conversations.models import (
    ConversationCommentRow,
    ConversationRow,
    ConversationScoreRow,
    FeedbackRow,
    MessageRow,
)
from backend.conversations.reports import Told
from backend.conversations.score_types import JudgeScore
from backend.conversations.tags import tags_in
from backend.conversations.types import (
    Answer,
    Channel,
    ChatState,
    Citation,
    Comment,
    Conversation,
    Feedback,
    Message,
    Rating,
    Role,
)
from backend.plain_json import shallow

# What a transcript shows of what a tool gave; the run has all of it.
MAX_RESULT_CHARACTERS = 2_000


def state_of(said: Answer | Told) -> ChatState:
    """Return how a turn stands after what was said in it."""
    if said.was_cancelled:
        return ChatState.CANCELLED
    if said.refused:
        return ChatState.REFUSED
    if said.error:
        return ChatState.FAILED
    if said.found_nothing:
        return ChatState.UNANSWERED
    return ChatState.UNSOURCED if said.cites_nothing else ChatState.ANSWERED


def has_failed(said: Sequence[Told]) -> bool:
    """Tell whether an answer failed, or what was said last; a tool that failed before an answer fails no turn."""
    answers = [one for one in said if one.role is Role.ASSISTANT]
    return any(state_of(one) is ChatState.FAILED for one in (*answers, *said[-1:]))


def has_failed_tool(said: Sequence[Told]) -> bool:
    """Tell whether a call of a tool failed: as its model's message says it, or what the tool said itself."""
    results = (one for one in said if one.role is Role.TOOL)
    return any(state_of(one) is ChatState.FAILED for one in results) or any(any_failed(one.tool_calls) for one in said)


def any_failed(calls: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a call failed, as a transcript shows it."""
    return any(one.get("failed") is True for one in calls)


def citation_values(citation: Citation) -> dict[str, Any]:
    return asdict(citation)


def shown_calls(calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return calls of tools as a message keeps them; masked before, for half of a value is not found any more."""
    return [{**one, "result": _cut(one["result"])} for one in calls]


def _cut(text: str) -> str:
    return text if len(text) <= MAX_RESULT_CHARACTERS else f"{text[:MAX_RESULT_CHARACTERS]}…"


def conversation_of(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        flow_id=row.flow_id,
        flow_name=row.flow_name,
        version=row.version,
        title=row.title,
        channel=Channel(row.channel),
        state=ChatState(row.state),
        rating=Rating(row.rating),
        num_messages=row.num_messages,
        num_turns=row.num_turns,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost,
        latency_ms=row.latency_ms,
        started_at=row.started_at,
        last_message_at=row.last_message_at,
        last_text=row.last_text,
        has_failed=row.has_failed,
        has_failed_tool=row.has_failed_tool,
        agent_config=row.agent_config,
        session_id=row.session_id,
        person=row.person,
        model=row.model,
        prompt_id=row.prompt_id,
        prompt_name=row.prompt_name,
        prompt_version=row.prompt_version,
        duration=row.duration,
        satisfaction=row.satisfaction,
        task_completed=row.task_completed,
        tags=tags_in(row.tags),
    )


def comment_of(row: ConversationCommentRow) -> Comment:
    return Comment(
        id=row.id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        text=row.text,
        author=row.author,
        author_id=row.author_id,
        created_at=row.created_at,
    )


def message_of(row: MessageRow, given: FeedbackRow | None) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        role=Role(row.role),
        author=row.author,
        text=row.text,
        state=ChatState(row.state),
        run_id=row.run_id,
        version=row.version,
        model=row.model,
        error=row.error,
        citations=tuple(Citation(**values) for values in row.citations),
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost,
        latency_ms=row.latency_ms,
        created_at=row.created_at,
        feedback=Feedback(Rating(given.rating), given.comment, given.given_by, given.given_at) if given else None,
        tool_name=row.tool_name,
        tool_calls=tuple(shallow(row.tool_calls)),
        trace_id=row.trace_id,
    )


def score_of(row: ConversationScoreRow, last_message_at: datetime | None = None) -> JudgeScore:
    """Return a judge's score; `last_message_at` is the conversation's, None where nobody asks whether it is old."""
    told = {field.name: getattr(row, field.name) for field in fields(JudgeScore) if field.name != "is_old"}
    is_old = not row.message_id and last_message_at is not None and row.judged_at < last_message_at
    return JudgeScore(**told, is_old=is_old)
