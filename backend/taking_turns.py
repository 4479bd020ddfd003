"""One after another, where what is decided rests on rows that others may be about to write."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession


async def take_turn(session: AsyncSession, what: str) -> None:
    """Let nobody else take this turn until the unit ends, and see what who had it before has written.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(what, 0)
        await (await session.connection()).execute(select(func.pg_advisory_xact_lock(key)))
