"""SQLite in WAL: one writing connection, a pool that can only read."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.engines.database.one_hop import OneHop, OneHopConnection
from backend.engines.database.reading import reading
from backend.errors import Clash, Unavailable
from backend.ports.database import Everywhere, Tenant

NUM_READERS = 4
PING = Everywhere("asking whether the database answers touches no row")
ON_EVERY_CONNECTION = (
    "journal_mode=WAL",  # readers and the one writer do not wait for each other
    "synchronous=FULL",  # WAL with NORMAL may forget the last commits when the power goes
    "busy_timeout=10000",  # milliseconds that BEGIN IMMEDIATE waits for another process
    "foreign_keys=ON",  # off by default, and per connection
    "secure_delete=ON",  # what is deleted or replaced is overwritten with zeroes, in the file too
)


# What SQLite says where nothing can be added: to the file, its log or its index.
OUT_OF_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC"})
TAKEN = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


@contextmanager
def _told() -> Iterator[None]:
    """Raise Unavailable where the disk is full, Clash for a taken key; anything else stays what it was."""
    try:
        yield
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", "")
        if name in TAKEN:
            raise Clash from error
        if name not in OUT_OF_ROOM:
            raise
        raise Unavailable("The disk is full.", hint="Make room in the data directory and try again.") from error


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _engine(url: str, begin: str, pragmas: Sequence[str], num_connections: int) -> AsyncEngine:
    """Send our own BEGIN: the driver's would come only before the first write, so reads would stand outside."""
    engine = create_async_engine(
        url, module=OneHop(), pool_size=num_connections, max_overflow=0, pool_timeout=60, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def open_transaction(connection: Connection) -> None:
        cast(OneHopConnection, connection.connection.dbapi_connection).begin(begin)

    @event.listens_for(engine.sync_engine, "invalidate")
    def release_lock(connection: Any, _record: Any, _error: Any) -> None:
        # Else the thrown-away connection of a cancelled task may keep the write lock.
        connection.rollback()

    return engine


class SqliteDatabase:
    """The file `path`, made at the first write."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path, url = path, sqlite_url(path)
        self._writers = _engine(url, "BEGIN IMMEDIATE", ON_EVERY_CONNECTION, 1)
        self._readers = _engine(url, "BEGIN", (*ON_EVERY_CONNECTION, "query_only=ON"), NUM_READERS)

    @asynccontextmanager
    async def write(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:  # noqa: ARG002  # it has no row security
        with _told():
            async with AsyncSession(self._writers, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def read(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:  # noqa: ARG002  # as above
        with _told():
            async with reading(self._readers) as session, session.begin():
                yield session

    async def ping(self) -> None:
        try:
            async with self.read(PING) as session:
                await (await session.connection()).execute(text("SELECT 1"))
        except DBAPIError as error:
            raise Unavailable("The database file cannot be read.", hint="Run `signalbox doctor`.") from error

    async def is_walled(self) -> bool:
        return False

    async def scrub(self) -> None:
        """Empty the log of writes, in which pages stand as they were; what a reader holds there stays for now."""
        await asyncio.to_thread(_emptied, self._path)

    async def close(self) -> None:
        await self._writers.dispose()
        await self._readers.dispose()


def _emptied(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
