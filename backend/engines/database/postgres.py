"""Postgres through psycopg 3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.engines.database.reading import reading
from backend.engines.database.refusals import told
from backend.errors import Unavailable
from backend.ports.database import Everywhere, Tenant
from backend.row_security import ENTER

POOL_SIZE = 8
# A process that stops inside a transaction must not keep its locks: the server ends it after this.
IDLE_IN_TRANSACTION_MS = 10_000
PING = Everywhere("asking whether the database answers touches no row")

# Row-level security holds neither for these, whatever a policy says.
_PASSES = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


async def _enter(session: AsyncSession, tenant: Tenant) -> None:
    """Say whose the transaction is; the connection goes back to the pool as nobody's."""
    connection = await session.connection()
    await connection.exec_driver_sql(ENTER, (tenant.organisation_id, tenant.project_id))


class PostgresDatabase:
    """The database at `url` (postgresql+psycopg://...)."""

    kind = "postgres"

    def __init__(self, url: str) -> None:
        options = f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}"
        self._writers = create_async_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": options},
            hide_parameters=True,  # an error goes to the log, which outlives what a person may have removed
        )
        self._readers = self._writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def write(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:
        with told():
            async with AsyncSession(self._writers, expire_on_commit=False) as session, session.begin():
                await _enter(session, tenant)
                yield session

    @asynccontextmanager
    async def read(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:
        with told():
            async with reading(self._readers) as session, session.begin():
                await _enter(session, tenant)
                yield session

    async def ping(self) -> None:
        try:
            async with self.read(PING) as session:
                await (await session.connection()).execute(text("SELECT 1"))
        except (DBAPIError, Unavailable) as error:
            raise Unavailable("Postgres does not answer.", hint="Check SIGNALBOX_DATABASE.") from error

    async def is_walled(self) -> bool:
        async with self.read(PING) as session:
            found = await (await session.connection()).execute(text(_PASSES))
        return not found.scalar_one()

    async def scrub(self) -> None:
        """Vacuum what its owner may: the room of dead rows is given back to new ones, and the files keep their size."""
        async with self._writers.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.exec_driver_sql("VACUUM")

    async def close(self) -> None:
        await self._writers.dispose()
