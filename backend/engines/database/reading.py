"""Hold read sessions to reading, on both engines alike."""

from __future__ import annotations

from sqlalchemy import Select, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession


class LockInReadUnit(RuntimeError):
    """A statement that locks rows stands in a read unit: Postgres would refuse it, SQLite would not notice."""


class ReadingSession(Session):
    """What every read session is inside."""


@event.listens_for(ReadingSession, "do_orm_execute")
def _refuse_locks(state: ORMExecuteState) -> None:
    if isinstance(state.statement, Select) and state.statement._for_update_arg is not None:
        raise LockInReadUnit(str(state.statement))


def reading(engine: AsyncEngine) -> AsyncSession:
    """Return a session that refuses statements that lock."""
    return AsyncSession(engine, sync_session_class=ReadingSession, expire_on_commit=False)
