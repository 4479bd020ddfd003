"""Every statement on the log. A project's id stands in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, tuple_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.folding import folded
from backend.conversations.models import ConversationRow, FeedbackRow, MessageRow
from backend.conversations.types import ChatState, Filters, Rating, Role
from backend.paging import Page

Counted = tuple[str, str, str, str, int]


class ConversationRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    def add(self, row: ConversationRow | MessageRow | FeedbackRow) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (col(ConversationRow.project_id) == self._project_id, col(ConversationRow.deleted_at).is_(None))

    async def conversation(
        self, conversation_id: str, *, deleted: bool = False, lock: bool = True
    ) -> ConversationRow | None:
        """Return the row, locked until the unit ends unless it is only looked at."""
        statement = select(ConversationRow).where(
            ConversationRow.id == conversation_id, ConversationRow.project_id == self._project_id
        )
        if not deleted:
            statement = statement.where(col(ConversationRow.deleted_at).is_(None))
        if lock:
            statement = statement.with_for_update()
        return (await self._session.exec(statement)).first()

    async def open_answer(self, run_id: str) -> MessageRow | None:
        """Return the answer that this run still owes."""
        statement = select(MessageRow).where(
            MessageRow.run_id == run_id,
            MessageRow.project_id == self._project_id,
            MessageRow.role == Role.ASSISTANT,
            MessageRow.state == ChatState.RUNNING,
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def answer(self, message_id: str) -> MessageRow | None:
        statement = (
            select(MessageRow)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(
                MessageRow.id == message_id,
                MessageRow.project_id == self._project_id,
                MessageRow.role == Role.ASSISTANT,
                *self._mine(),
            )
        )
        return (await self._session.exec(statement)).first()

    async def list(self, filters: Filters, page: Page) -> Sequence[ConversationRow]:
        """Return one row more than asked for, newest first."""
        statement = select(ConversationRow).where(*self._mine(), *self._chosen(filters))
        if filters.text:
            statement = statement.where(self._said(filters.text))
        if page.after:
            behind = select(ConversationRow.last_message_at, ConversationRow.id).where(
                ConversationRow.id == page.after, ConversationRow.project_id == self._project_id
            )
            last = (await self._session.exec(behind)).first()
            if last is None:
                return []
            order = tuple_(col(ConversationRow.last_message_at), col(ConversationRow.id))
            statement = statement.where(order < tuple_(*last))
        newest = (col(ConversationRow.last_message_at).desc(), col(ConversationRow.id).desc())
        return (await self._session.exec(statement.order_by(*newest).limit(page.limit + 1))).all()

    async def count(self, conversation_ids: Sequence[str]) -> int:
        statement = select(func.count()).where(*self._mine(), col(ConversationRow.id).in_(conversation_ids))
        return (await self._session.exec(statement)).one()

    async def counts(self, text: str) -> Sequence[Counted]:
        """Return (flow id, its name, state, rating, how many) of every mix that occurs."""
        flow, state, rating = col(ConversationRow.flow_id), col(ConversationRow.state), col(ConversationRow.rating)
        columns = flow, func.max(ConversationRow.flow_name), state, rating, func.count()
        statement = select_columns(*columns).where(*self._mine()).group_by(flow, state, rating)
        if text:
            statement = statement.where(self._said(text))
        rows = await (await self._session.connection()).execute(statement)
        return [(flow_id, name, state, rating, number) for flow_id, name, state, rating, number in rows.all()]

    def _chosen(self, filters: Filters) -> Iterable[ColumnElement[bool]]:
        for column, values in (
            (col(ConversationRow.flow_id), filters.flow_ids),
            (col(ConversationRow.state), filters.states),
            (col(ConversationRow.rating), filters.ratings),
        ):
            if values:
                yield column.in_(values)

    def _said(self, text: str) -> ColumnElement[bool]:
        with_text = select(MessageRow.conversation_id).where(
            MessageRow.project_id == self._project_id,
            col(MessageRow.folded).contains(folded(text), autoescape=True),
        )
        return col(ConversationRow.id).in_(with_text)

    async def messages(self, conversation_id: str) -> Sequence[tuple[MessageRow, FeedbackRow | None]]:
        """Return all messages in the order they were said, each with what people thought of it."""
        statement = (
            select(MessageRow, FeedbackRow)
            .outerjoin(
                FeedbackRow,
                and_(
                    col(FeedbackRow.message_id) == MessageRow.id, col(FeedbackRow.project_id) == MessageRow.project_id
                ),
            )
            .where(MessageRow.conversation_id == conversation_id, MessageRow.project_id == self._project_id)
            .order_by(col(MessageRow.id))
        )
        return (await self._session.exec(statement)).all()

    async def feedback(self, message_id: str) -> FeedbackRow | None:
        statement = select(FeedbackRow).where(
            FeedbackRow.message_id == message_id, FeedbackRow.project_id == self._project_id
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def ratings(self, conversation_id: str) -> set[Rating]:
        statement = select(FeedbackRow.rating).where(
            FeedbackRow.conversation_id == conversation_id, FeedbackRow.project_id == self._project_id
        )
        return {Rating(rating) for rating in (await self._session.exec(statement)).all()}

    async def change(self, conversation_id: str, **values: Any) -> None:
        """Set columns; sums are given as expressions over the row."""
        await self._session.exec(
            update(ConversationRow)
            .where(col(ConversationRow.id) == conversation_id, col(ConversationRow.project_id) == self._project_id)
            .values(**values)
        )

    async def hand_over(self, flow_id: str, to: str) -> None:
        """Give the talks of a flow to the one that took its place."""
        await self._session.exec(
            update(ConversationRow)
            .where(col(ConversationRow.flow_id) == flow_id, col(ConversationRow.project_id) == self._project_id)
            .values(flow_id=to)
        )

    async def delete_feedback(self, message_id: str) -> None:
        await self._session.exec(
            delete(FeedbackRow).where(
                col(FeedbackRow.message_id) == message_id, col(FeedbackRow.project_id) == self._project_id
            )
        )

    async def purge(self, conversation_ids: Sequence[str] = (), *, deleted_before: datetime | None = None) -> None:
        """Remove rows for good: the named conversations, and those deleted before the given moment."""
        mine = select(ConversationRow.id).where(ConversationRow.project_id == self._project_id)
        if deleted_before is None:
            mine = mine.where(col(ConversationRow.id).in_(conversation_ids))
        else:
            mine = mine.where(col(ConversationRow.deleted_at) < deleted_before)
        gone = (await self._session.exec(mine)).all()
        if not gone:
            return
        for row, conversation_id in (
            (FeedbackRow, col(FeedbackRow.conversation_id)),
            (MessageRow, col(MessageRow.conversation_id)),
            (ConversationRow, col(ConversationRow.id)),
        ):
            ours = col(row.project_id) == self._project_id
            await self._session.exec(delete(row).where(ours, conversation_id.in_(gone)))
