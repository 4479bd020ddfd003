"""Traces that went with their person, known again by a digest: what comes late of them would bring words back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.conversations.models import RemovedTraceRow, SpanRow

# Senders that cannot reach us try again for minutes, queues between them and us for days.
KEPT = timedelta(days=30)
AT_ONCE = 500


class GoneTraces:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def has(self, trace_id: str) -> bool:
        statement = select(RemovedTraceRow.digest).where(
            RemovedTraceRow.project_id == self._project_id, RemovedTraceRow.digest == self._digest(trace_id)
        )
        return (await self._session.exec(statement)).first() is not None

    async def note_of(self, conversation_ids: Sequence[str]) -> None:
        """Note the traces of conversations that are about to be removed."""
        theirs = select(SpanRow.trace_id).where(
            SpanRow.project_id == self._project_id, col(SpanRow.conversation_id).in_(conversation_ids)
        )
        await self.note(await self._session.exec(theirs.distinct()))

    async def note(self, trace_ids: Iterable[str]) -> None:
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        now = utc_now()
        rows = [
            {"project_id": self._project_id, "digest": self._digest(one), "removed_at": now}
            for one in sorted(set(trace_ids))
        ]
        for start in range(0, len(rows), AT_ONCE):
            some = insert(RemovedTraceRow).values(rows[start : start + AT_ONCE])
            await self._session.exec(some.on_conflict_do_nothing())

    async def forget(self, now: datetime) -> None:
        """Let go of traces of which nothing comes any more."""
        await self._session.exec(delete(RemovedTraceRow).where(*self._old(now)))

    async def is_due(self, now: datetime) -> bool:
        return (
            await self._session.exec(select(RemovedTraceRow.digest).where(*self._old(now)).limit(1))
        ).first() is not None

    def _old(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        ours = col(RemovedTraceRow.project_id) == self._project_id
        return ours, col(RemovedTraceRow.removed_at) < now - KEPT

    def _digest(self, trace_id: str) -> str:
        return hashlib.sha256(f"{self._project_id} {trace_id}".encode()).hexdigest()[:32]
