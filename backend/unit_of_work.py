"""One use case, one transaction, and what is sent only once it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.ports.database import Database, Tenant

Send = Callable[[], Awaitable[None]]


class Work:
    """An open transaction and the sends that wait for its end."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.sends: list[Send] = []

    def after_commit(self, send: Send) -> None:
        """Call `send` once the rows are on disk, in order; never after a rollback."""
        self.sends.append(send)


class Units:
    """Open units of work. Services get this one object and never see a commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What every session carries along, by name: what a slice needs beside its rows and not as an argument.
        self.lent: dict[str, Any] = {}

    @asynccontextmanager
    async def write(self, tenant: Tenant) -> AsyncIterator[Work]:
        """Commit once at the end, then send; roll back and send nothing on any exception."""
        async with self._database.write(tenant) as session:
            session.info.update(self.lent)
            work = Work(session)
            yield work
        for send in work.sends:
            await send()

    @asynccontextmanager
    async def read(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:
        """See one moment of the database."""
        async with self._database.read(tenant) as session:
            session.info.update(self.lent)
            yield session
