"""What Postgres cannot do now is told in words, and is over when it can."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from backend.engines.database.postgres import POOL_SIZE, PostgresDatabase
from backend.errors import Unavailable
from backend.ports.database import Database
from tests.serving import free_port
from tests.tenancy import EVERYWHERE


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "The disk of the database is full"),
        ("53200", "too much to do"),
        ("53300", "too much to do"),
        ("40P01", "at the same moment"),
        ("57P01", "does not answer"),
    ],
)
async def test_what_postgres_cannot_do_now_is_told_in_words(
    postgres_database: Database, state: str, words: str
) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{state}'; END $$")
    for unit in (postgres_database.write, postgres_database.read):
        with pytest.raises(Unavailable, match=words):
            async with unit(EVERYWHERE) as session:
                await (await session.connection()).execute(raising)
    await postgres_database.ping()


async def test_a_connection_that_postgres_ends_is_told_and_the_next_unit_has_another(
    postgres_database: Database,
) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        async with postgres_database.write(EVERYWHERE) as session:
            await (await session.connection()).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await postgres_database.ping()


async def test_a_postgres_that_is_not_there_is_told() -> None:
    nobody = PostgresDatabase(f"postgresql+psycopg://signalbox@127.0.0.1:{free_port()}/signalbox")
    with pytest.raises(Unavailable, match="does not answer"):
        async with nobody.read(EVERYWHERE):
            pass
    await nobody.close()


async def test_more_units_than_connections_end_in_words(postgres_database: PostgresDatabase) -> None:
    postgres_database._writers.pool._timeout = 0.1  # type: ignore[attr-defined]  # 30 s, too long for a test
    async with AsyncExitStack() as held:
        for _ in range(POOL_SIZE):
            await held.enter_async_context(postgres_database.read(EVERYWHERE))
        with pytest.raises(Unavailable, match="too much to do"):
            async with postgres_database.read(EVERYWHERE):
                pass
