"""How often SQLite's thread is woken."""

from __future__ import annotations

from typing import Any

import aiosqlite
import pytest
from sqlmodel import select

from backend.flows.models import RunWorkerRow
from backend.ports.database import Database
from tests.tenancy import EVERYWHERE


@pytest.fixture
def crossings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is sent to the connections' threads, in order."""
    sent: list[str] = []
    send = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, work: Any, *arguments: Any, **named: Any) -> Any:
        sent.append(work.__name__)
        return await send(self, work, *arguments, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return sent


async def open_both(database: Database) -> None:
    """Configure a reading and a writing connection, so that only statements are counted after."""
    async with database.write(EVERYWHERE) as session:
        session.add(RunWorkerRow(id="one", beats=1))
    async with database.read(EVERYWHERE) as session:
        await session.exec(select(RunWorkerRow))


async def test_once_for_each_statement_and_once_to_commit(sqlite_database: Database, crossings: list[str]) -> None:
    await open_both(sqlite_database)
    crossings.clear()
    async with sqlite_database.read(EVERYWHERE) as session:
        assert [row.beats for row in await session.exec(select(RunWorkerRow))] == [1]
    assert crossings == ["_perform", "commit"]


async def test_not_at_all_where_nothing_is_asked(sqlite_database: Database, crossings: list[str]) -> None:
    await open_both(sqlite_database)
    crossings.clear()
    async with sqlite_database.write(EVERYWHERE), sqlite_database.read(EVERYWHERE):
        pass
    assert crossings == []
