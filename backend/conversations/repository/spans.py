"""The statements on spans, and on the messages that come of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, func, tuple_, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from backend.conversations.models import (
    ConversationCommentRow,
    ConversationRow,
    FeedbackRow,
    MessageRow,
    SpanRow,
)
from backend.conversations.repository.conversations import ConversationRepository
from backend.conversations.types import Channel
from backend.paging import Page
from backend.taking_turns import take_turn

ROWS_AT_ONCE = 200


class SpanRepository(ConversationRepository):
    """Opened for one unit of work and one project."""

    async def take_turn(self) -> None:
        """Let nobody else take spans of the project meanwhile: a new session would become two conversations."""
        await take_turn(self._session, f"spans of {self._project_id}")

    async def known(self, trace_id: str) -> set[str]:
        statement = select(SpanRow.span_id).where(SpanRow.project_id == self._project_id, SpanRow.trace_id == trace_id)
        return set((await self._session.exec(statement)).all())

    async def conversation_of(self, trace_id: str) -> str | None:
        """Return the conversation that a trace belongs to so far."""
        statement = select(SpanRow.conversation_id).where(
            SpanRow.project_id == self._project_id, SpanRow.trace_id == trace_id
        )
        return (await self._session.exec(statement.limit(1))).first()

    async def insert(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Write spans; one that is there already stays as it is."""
        for start in range(0, len(values), ROWS_AT_ONCE):
            some = [{**one, "project_id": self._project_id} for one in values[start : start + ROWS_AT_ONCE]]
            if self._session.get_bind().dialect.name == "postgresql":
                await self._session.exec(postgresql.insert(SpanRow).values(some).on_conflict_do_nothing())
            else:
                await self._session.exec(sqlite.insert(SpanRow).values(some).on_conflict_do_nothing())

    async def spans(self, trace_id: str, limit: int) -> Sequence[SpanRow]:
        statement = (
            select(SpanRow)
            .where(SpanRow.project_id == self._project_id, SpanRow.trace_id == trace_id)
            .order_by(col(SpanRow.started_at), col(SpanRow.span_id))
            .limit(limit)
        )
        return (await self._session.exec(statement)).all()

    async def spans_of(self, conversation_id: str, trace_id: str, page: Page) -> Sequence[SpanRow]:
        """Return one more than asked for, of one trace or of all, in the order of their ids."""
        statement = select(SpanRow).where(
            SpanRow.project_id == self._project_id, SpanRow.conversation_id == conversation_id
        )
        if trace_id:
            statement = statement.where(SpanRow.trace_id == trace_id)
        if page.after:
            trace, _, span = page.after.partition(":")
            statement = statement.where(tuple_(col(SpanRow.trace_id), col(SpanRow.span_id)) > tuple_(trace, span))
        ordered = statement.order_by(col(SpanRow.trace_id), col(SpanRow.span_id)).limit(page.limit + 1)
        return (await self._session.exec(ordered)).all()

    async def span(self, conversation_id: str, trace_id: str, span_id: str) -> SpanRow | None:
        statement = select(SpanRow).where(
            SpanRow.project_id == self._project_id,
            SpanRow.conversation_id == conversation_id,
            SpanRow.trace_id == trace_id,
            SpanRow.span_id == span_id,
        )
        return (await self._session.exec(statement)).first()

    async def belong(self, trace_id: str, conversation_id: str) -> None:
        """Give a trace to its conversation."""
        ours = (col(SpanRow.project_id) == self._project_id, col(SpanRow.trace_id) == trace_id)
        await self._session.exec(update(SpanRow).where(*ours).values(conversation_id=conversation_id))

    async def traced(self, session_id: str, *, lock: bool = True) -> ConversationRow | None:
        """Return the conversation that traces of this session make, locked unless it is only looked at."""
        statement = (
            select(ConversationRow)
            .where(*self._mine(), ConversationRow.channel == Channel.TRACED, ConversationRow.session_id == session_id)
            .order_by(col(ConversationRow.id))
        )
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def messages_of(self, conversation_id: str, trace_id: str) -> dict[str, MessageRow]:
        statement = select(MessageRow).where(
            MessageRow.project_id == self._project_id,
            MessageRow.conversation_id == conversation_id,
            MessageRow.trace_id == trace_id,
        )
        return {row.id: row for row in (await self._session.exec(statement)).all()}

    async def hand_on(self, follows: Mapping[str, str], conversation_id: str) -> None:
        """Let what was thought of messages hang on those that follow them, of two judgements the newer one."""
        ours = col(FeedbackRow.project_id) == self._project_id, col(FeedbackRow.message_id).in_(follows)
        given = (await self._session.exec(select(FeedbackRow).where(*ours).order_by(col(FeedbackRow.given_at)))).all()
        stands = {row.message_id: row for row in await self._feedback_on(follows.values())}
        made: dict[str, dict[str, Any]] = {}
        for row in given:
            to = follows[row.message_id]
            if to in follows or to not in stands or stands[to].given_at < row.given_at:
                made[to] = {**row.model_dump(), "message_id": to, "conversation_id": conversation_id}
        gone = {*(row.message_id for row in given), *(made.keys() & stands.keys())}
        await self._session.exec(
            delete(FeedbackRow).where(
                col(FeedbackRow.project_id) == self._project_id, col(FeedbackRow.message_id).in_(gone)
            )
        )
        for row in (*given, *stands.values()):
            self._session.expunge(row)
        self._session.add_all([FeedbackRow(**values) for values in made.values()])
        following = case(dict(follows), value=col(ConversationCommentRow.message_id))
        await self._session.exec(
            update(ConversationCommentRow)
            .where(
                col(ConversationCommentRow.project_id) == self._project_id,
                col(ConversationCommentRow.message_id).in_(follows),
            )
            .values(message_id=following, conversation_id=conversation_id)
        )

    async def _feedback_on(self, message_ids: Iterable[str]) -> Sequence[FeedbackRow]:
        ours = col(FeedbackRow.project_id) == self._project_id, col(FeedbackRow.message_id).in_(list(message_ids))
        return (await self._session.exec(select(FeedbackRow).where(*ours))).all()

    async def take_comments(self, before: str, conversation_id: str) -> None:
        """Let what was said of a conversation as a whole be said of another one."""
        await self._session.exec(
            update(ConversationCommentRow)
            .where(
                col(ConversationCommentRow.project_id) == self._project_id,
                col(ConversationCommentRow.conversation_id) == before,
            )
            .values(conversation_id=conversation_id)
        )

    async def drop(self, message_ids: Iterable[str]) -> None:
        """Remove messages that a trace does not make any more, with what was thought of them."""
        ids = list(message_ids)
        if not ids:
            return
        for row, column in (
            (FeedbackRow, col(FeedbackRow.message_id)),
            (ConversationCommentRow, col(ConversationCommentRow.message_id)),
            (MessageRow, col(MessageRow.id)),
        ):
            await self._session.exec(delete(row).where(col(row.project_id) == self._project_id, column.in_(ids)))

    async def sums(self, conversation_id: str) -> Any:
        """Return what a conversation's messages come to."""
        row = MessageRow
        statement = select_columns(
            func.count(),
            func.count().filter(col(row.role) == "user"),
            func.sum(row.tokens_in),
            func.sum(row.tokens_out),
            func.sum(row.cost),
            func.sum(row.latency_ms),
            func.min(row.created_at),
            func.max(row.created_at),
            func.count().filter(col(row.role) == "assistant", col(row.state) == "failed"),
            func.count().filter(col(row.role) == "tool", col(row.state) == "failed"),
        ).where(col(row.project_id) == self._project_id, col(row.conversation_id) == conversation_id)
        return (await (await self._session.connection()).execute(statement)).one()

    async def ends(self, conversation_id: str) -> tuple[MessageRow | None, MessageRow | None]:
        """Return the first message and the last."""
        statement = select(MessageRow).where(
            MessageRow.project_id == self._project_id, MessageRow.conversation_id == conversation_id
        )
        first = (await self._session.exec(statement.order_by(col(MessageRow.id)).limit(1))).first()
        return first, (await self._session.exec(statement.order_by(col(MessageRow.id).desc()).limit(1))).first()
