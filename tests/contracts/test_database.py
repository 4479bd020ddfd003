"""What every database promises. `other` is the same database as a second process would open it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.engines.database.postgres import PostgresDatabase
from backend.engines.database.reading import LockInReadUnit
from backend.engines.database.sqlite import SqliteDatabase
from backend.errors import Clash, Unavailable
from backend.flows.models import RunWorkerRow
from backend.ports.database import Database
from backend.settings import SQLITE_FILE
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

NUM_UNITS = 12
# Less than the 10 s for which a lock is waited for: what is left behind shows.
SOON_SECONDS = 4
LONG = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n")


@pytest.fixture
async def other(any_database: Database, tmp_path: Path) -> AsyncIterator[Database]:
    made: Database
    if any_database.kind == "sqlite":
        made = SqliteDatabase(tmp_path / SQLITE_FILE)
    else:
        made = PostgresDatabase(any_database._writers.url.render_as_string(hide_password=False))  # type: ignore[attr-defined]
    yield made
    await made.close()


@pytest.fixture(autouse=True)
async def _counter(any_database: Database) -> None:
    async with any_database.write(EVERYWHERE) as session:
        session.add(RunWorkerRow(id="one", beats=0))


async def read(session: AsyncSession) -> int:
    return (await session.exec(select(RunWorkerRow.beats).where(RunWorkerRow.id == "one"))).one()


async def increment(session: AsyncSession) -> None:
    """Read, let the others run, then write what was read and one."""
    row = (await session.exec(select(RunWorkerRow).where(RunWorkerRow.id == "one").with_for_update())).one()
    await asyncio.sleep(0.005)
    row.beats += 1
    session.add(row)


async def count(database: Database) -> int:
    async with database.read(EVERYWHERE) as session:
        return await read(session)


async def raise_by_one(database: Database) -> None:
    async with asyncio.timeout(SOON_SECONDS), database.write(EVERYWHERE) as session:
        await increment(session)


async def hold(database: Database, held: asyncio.Event, go: asyncio.Event) -> None:
    async with database.write(EVERYWHERE) as session:
        await increment(session)
        await session.flush()
        held.set()
        await go.wait()


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_units_that_read_and_then_write_lose_nothing(any_database: Database, other: Database) -> None:
    await asyncio.gather(*(raise_by_one(database) for database in (any_database, other) * (NUM_UNITS // 2)))
    assert await count(any_database) == NUM_UNITS


async def test_a_cancelled_unit_is_rolled_back_and_leaves_no_lock(any_database: Database, other: Database) -> None:
    held = asyncio.Event()
    task = asyncio.create_task(hold(any_database, held, asyncio.Event()))
    await held.wait()
    await cancelled(task)
    await raise_by_one(other)
    await raise_by_one(any_database)
    assert await count(other) == 2


async def test_a_unit_cancelled_within_a_statement_leaves_no_lock(any_database: Database, other: Database) -> None:
    begun = asyncio.Event()

    async def unit() -> None:
        async with any_database.write(EVERYWHERE) as session:
            await increment(session)
            await session.flush()
            begun.set()
            await (await session.connection()).execute(LONG)

    task = asyncio.create_task(unit())
    await begun.wait()
    await asyncio.sleep(0.05)
    await cancelled(task)
    await raise_by_one(other)
    await raise_by_one(any_database)
    assert await count(other) == 2


async def test_a_unit_cancelled_while_it_waits_for_a_lock_leaves_none(any_database: Database, other: Database) -> None:
    """The lock may come to it when nobody is there any more."""
    held, go = asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(hold(any_database, held, go))
    await held.wait()
    waiting = asyncio.create_task(raise_by_one(other))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.sleep(0.05)
    go.set()
    await holder
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await raise_by_one(any_database)
    await raise_by_one(other)
    assert await count(any_database) == 3


async def test_a_read_unit_sees_one_moment(any_database: Database, other: Database) -> None:
    async with any_database.read(EVERYWHERE) as session:
        assert await read(session) == 0
        await raise_by_one(other)
        await raise_by_one(any_database)
        session.expire_all()
        assert await read(session) == 0
    assert await count(any_database) == 2


async def test_a_read_unit_neither_writes_nor_locks(any_database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with any_database.read(EVERYWHERE) as session:
            session.add(RunWorkerRow(id="two"))
    with pytest.raises(LockInReadUnit):
        async with any_database.read(EVERYWHERE) as session:
            await increment(session)
    assert await count(any_database) == 0


async def test_a_rollback_keeps_nothing_and_sends_nothing(any_database: Database, other: Database) -> None:
    units, sent = Units(any_database), list[int]()

    async def send() -> None:
        sent.append(await count(other))

    async def unit(flushed: asyncio.Event, *, fails: bool) -> None:
        async with units.write(EVERYWHERE) as work:
            await increment(work.session)
            work.after_commit(send)
            await work.session.flush()
            flushed.set()
            if fails:
                raise ValueError("halfway")
            await asyncio.sleep(30)

    with pytest.raises(ValueError, match="halfway"):
        await unit(asyncio.Event(), fails=True)
    flushed = asyncio.Event()
    task = asyncio.create_task(unit(flushed, fails=False))
    await flushed.wait()
    await cancelled(task)
    assert (sent, await count(other)) == ([], 0)
    async with units.write(EVERYWHERE) as work:
        await increment(work.session)
        work.after_commit(send)
    assert sent == [1], "what is sent finds its rows"


async def test_a_database_that_answers_is_pinged(any_database: Database) -> None:
    await any_database.ping()


async def test_what_is_wrong_for_good_stays_what_it_was(any_database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with any_database.write(EVERYWHERE) as session:
            await (await session.connection()).execute(text("SELECT * FROM no_such_table"))


async def test_a_full_disk_is_told_in_words_and_is_over_once_there_is_room(any_database: Database) -> None:
    if any_database.kind != "sqlite":
        pytest.skip("the server of Postgres has a disk of its own")
    async with any_database.read(EVERYWHERE) as session:
        pages = (await (await session.connection()).execute(text("PRAGMA page_count"))).scalar_one()
    for room, wanted in ((pages, 0), (pages + 10_000, 1_000)):
        async with any_database.write(EVERYWHERE) as session:
            await (await session.connection()).execute(text(f"PRAGMA max_page_count = {room}"))
        with pytest.raises(Unavailable, match="The disk is full") if not wanted else nullcontext():
            async with any_database.write(EVERYWHERE) as session:
                session.add_all(RunWorkerRow(id=f"{number} {'x' * 1_000}", beats=number) for number in range(1_000))
        async with any_database.read(EVERYWHERE) as session:
            assert len((await session.exec(select(RunWorkerRow.id))).all()) == wanted + 1


async def test_a_key_that_is_taken_is_a_clash_and_leaves_nothing(any_database: Database) -> None:
    async def taken() -> None:
        async with any_database.write(EVERYWHERE) as session:
            session.add(RunWorkerRow(id="two", beats=0))
            await session.flush()
            await (await session.connection()).execute(insert(RunWorkerRow), [{"id": "one", "beats": 9}])

    with pytest.raises(Clash, match="at the same moment"):
        await taken()
    async with any_database.read(EVERYWHERE) as session:
        assert list(await session.exec(select(RunWorkerRow.id, RunWorkerRow.beats))) == [("one", 0)]
