"""aiosqlite with one way to its thread and back for each statement.

SQLAlchemy goes there five times for a statement (cursor, execute, fetch, close) and four times around a transaction
(BEGIN, COMMIT, ROLLBACK): nine of them for one SELECT, and each costs more than the SELECT.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT


class _Done(NamedTuple):
    """What a statement left behind, its rows included."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: Sequence[Any]


NOTHING = _Done(None, -1, None, ())


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that stands on the loop's side alone; sqlite3's own lives as long as the statement."""

    __slots__ = ("_done", "arraysize")
    _adapt_connection: OneHopConnection

    def __init__(self, adapt_connection: OneHopConnection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor = cast(Any, None)  # the base then closes nothing
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = deque()
        self._done = NOTHING
        self.arraysize = 1

    @property
    def description(self) -> Any:
        return self._done.description

    @property
    def rowcount(self) -> int:
        return self._done.rowcount

    @property
    def lastrowid(self) -> Any:
        return self._done.lastrowid

    async def _async_soft_close(self) -> None:
        """Leave the rows: there is nothing to close."""

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._go(lambda cursor: cursor.execute(operation, () if parameters is None else parameters))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._go(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    async def _go(self, statement: Callable[[sqlite3.Cursor], Any]) -> None:
        self._done = await self._adapt_connection.go(statement)
        self._rows = deque(self._done.rows)


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose BEGIN travels with the first statement, and whose empty transactions do not travel."""

    __slots__ = ("_begin", "_is_away")
    _cursor_cls = OneHopCursor  # type: ignore[assignment]  # SQLAlchemy gives it the exact type of its own
    _connection: Any

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin = ""
        self._is_away = False

    def begin(self, statement: str) -> None:
        """Open a transaction with this BEGIN before the next statement."""
        self._begin = statement

    async def go(self, statement: Callable[[sqlite3.Cursor], Any]) -> _Done:
        """Perform a statement in the connection's thread; its rows come back whole."""
        async with self._execute_mutex:
            begin, self._begin = self._begin, ""
            self._is_away = True  # and stays so where the wait is cancelled: the thread goes on without us
            try:
                done = await self._connection._execute(_perform, self._connection._conn, begin, statement)
            except Exception:
                self._is_away = False
                raise
            self._is_away = False
            return cast(_Done, done)

    def commit(self) -> None:
        if self._begin:
            self._begin = ""
            return
        super().commit()

    def rollback(self) -> None:
        self._begin = ""
        if self._connection._connection and (self._is_away or self._connection.in_transaction):
            super().rollback()


def _perform(connection: sqlite3.Connection, begin: str, statement: Callable[[sqlite3.Cursor], Any]) -> _Done:
    cursor = connection.cursor()
    try:
        if begin:
            cursor.execute(begin)
        statement(cursor)
        rows = cursor.fetchall() if cursor.description else ()
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()


class OneHop(AsyncAdapt_aiosqlite_dbapi):
    """The driver as `create_async_engine(module=...)` takes it."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> OneHopConnection:
        return OneHopConnection(self, super().connect(*arg, **kw)._connection)
