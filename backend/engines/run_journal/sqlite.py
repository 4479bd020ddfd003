"""The journal on SQLite: a thread with a connection of its own takes all waiting units into one commit.

One hop to the thread and back, prepared statements and no ORM: where SQLAlchemy's two commits for a node with a side
effect took 3.8 ms, two hops here take about one. The connection stands beside the writing one of the units of work;
the file's lock and `busy_timeout` keep the two apart, and neither holds it longer than its few statements.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from backend.engines.run_journal.rows import end_run, end_values, insert_run, node_values, put_node, run_values
from backend.errors import Unavailable
from backend.ports.run_journal import RunUnit, Verdict

MOST_AT_ONCE = 500
BUSY_SECONDS = 10.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_INSERT_RUN, _PUT_NODE, _END_RUN = insert_run("?"), put_node("?"), end_run("?")
_FENCE = "SELECT attempt, cancel_requested, status FROM run WHERE id = ?"

Waiting = tuple[RunUnit, "asyncio.Future[Verdict]"]


def _stored(moment: datetime) -> str:
    """Write a time as SQLAlchemy does on SQLite: UTC, without its zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class SqliteRunJournal:
    """Opened at the first write, closed with the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None

    async def write(self, unit: RunUnit) -> Verdict:
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._ended = self._loop.create_future()
            self._thread = threading.Thread(target=self._work, name="run-journal", daemon=True)
            self._thread.start()
        done: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.put((unit, done))
        return await done

    async def close(self) -> None:
        """Write what waits, then end the thread. No thread pool is asked: at the end of a process it may be gone."""
        if self._thread is not None and self._ended is not None:
            self._waiting.put(None)
            await self._ended
            self._thread = None

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        is_open = True
        while is_open:
            group: list[Waiting] = []
            first = self._waiting.get()
            if first is None:
                break
            group.append(first)
            while len(group) < MOST_AT_ONCE and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    is_open = False
                    break
                group.append(following)
            try:
                connection = connection or _opened(self._path)
                answers = _commit(connection, group)
            except sqlite3.Error as error:
                # The thread must outlive what cannot be opened or rolled back: else every later write waits for ever.
                answers = [_refusal(done, _unavailable(error)) for _, done in group]
                _closed(connection)
                connection = None
            self._tell(answers)
        _closed(connection)
        if self._ended is not None:
            self._tell([_end(self._ended)])

    def _tell(self, answers: list[Callable[[], None]]) -> None:
        assert self._loop is not None

        def all_of_them() -> None:
            for answer in answers:
                answer()

        self._loop.call_soon_threadsafe(all_of_them)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        _closed(connection)
        raise
    return connection


def _closed(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()


def _commit(connection: sqlite3.Connection, group: list[Waiting]) -> list[Callable[[], None]]:
    """Write the group in one transaction; when one of them is bad, each alone, so that the others stand.

    Raise sqlite3.Error when the connection cannot be rolled back.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        verdicts = [_write(connection, unit) for unit, _ in group]
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001  # whatever it was, the callers must hear of it
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if len(group) > 1:
            return [answer for one in group for answer in _commit(connection, [one])]
        return [_refusal(group[0][1], error)]
    return [_answer(done, verdict) for (_, done), verdict in zip(group, verdicts, strict=True)]


def _write(connection: sqlite3.Connection, unit: RunUnit) -> Verdict:
    cancel = False
    if unit.opening is not None:
        connection.execute(_INSERT_RUN, run_values(unit, unit.opening, _stored))
    else:
        row = connection.execute(_FENCE, (unit.run_id,)).fetchone()
        if row is None or row[0] != unit.attempt or row[2] != "running":
            return Verdict(held=False)
        cancel = bool(row[1])
    if unit.nodes:
        rows = [node_values(unit.run_id, unit.attempt, node, _stored) for node in unit.nodes]
        connection.executemany(_PUT_NODE, rows)
    if unit.ending is not None and unit.opening is None:
        connection.execute(_END_RUN, end_values(unit.run_id, unit.ending, _stored))
    return Verdict(held=True, cancel_requested=cancel)


def _answer(done: asyncio.Future[Verdict], verdict: Verdict) -> Callable[[], None]:
    return lambda: None if done.done() else done.set_result(verdict)


def _end(ended: asyncio.Future[None]) -> Callable[[], None]:
    return lambda: None if ended.done() else ended.set_result(None)


def _refusal(done: asyncio.Future[Verdict], error: Exception) -> Callable[[], None]:
    told = _unavailable(error) if isinstance(error, sqlite3.OperationalError) else error
    return lambda: None if done.done() else done.set_exception(told)


def _unavailable(error: Exception) -> Unavailable:
    told = Unavailable("The database does not take the record of the run now.", hint=str(error))
    told.__cause__ = error
    return told
