"""Hold read sessions to reading, on both engines alike."""

from __future__ import annotations

from sqlalchemy import Select, event
from sqlalchemy.orm import ORMExecuteState
from sqlmodel.ext.asyncio.session import AsyncSession


class LockInReadUnit(RuntimeError):
    """A statement that locks rows stands in a read unit: Postgres would refuse it, SQLite would not notice."""


def _refuse_locks(state: ORMExecuteState) -> None:
    if isinstance(state.statement, Select) and state.statement._for_update_arg is not None:
        raise LockInReadUnit(str(state.statement))


def reading(session: AsyncSession) -> AsyncSession:
    """Return the session, with locking statements refused."""
    event.listen(session.sync_session, "do_orm_execute", _refuse_locks)
    return session
