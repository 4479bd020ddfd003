"""The journal on Postgres: one connection, and all waiting units in one pipeline and one commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime

import psycopg

from backend.engines.run_journal.rows import end_run, end_values, insert_run, node_values, put_node, run_values
from backend.errors import Unavailable
from backend.ports.run_journal import RunUnit, Verdict
from backend.row_security import SYSTEM_OPTIONS

MOST_AT_ONCE = 500
# A process that is stopped inside a transaction must not keep the rows locked: the server ends it after this.
IDLE_IN_TRANSACTION_MS = 2_000
_INSERT_RUN, _PUT_NODE, _END_RUN = insert_run("%s"), put_node("%s"), end_run("%s")
# Sorted, so that two processes lock the rows in the same order; a take-over waits for our commit or we see it.
_FENCE = "SELECT id, attempt, cancel_requested, status FROM run WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

Waiting = tuple[RunUnit, "asyncio.Future[Verdict]"]


def _stored(moment: datetime) -> datetime:
    return moment


class PostgresRunJournal:
    """Connects at the first write, and again when the connection was cut."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue()
        self._committer: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection | None = None

    async def write(self, unit: RunUnit) -> Verdict:
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit_forever(), name="run-journal")
        done: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((unit, done))
        return await done

    async def close(self) -> None:
        if self._committer is not None:
            await self._waiting.join()
            self._committer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._committer
            self._committer = None
        if self._connection is not None:
            await self._connection.close()

    async def _commit_forever(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while len(group) < MOST_AT_ONCE and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            await self._commit(group)
            for _ in group:
                self._waiting.task_done()

    async def _commit(self, group: Sequence[Waiting]) -> None:
        """Write the group in one transaction; when one of them is bad, each alone, so that the others stand."""
        try:
            verdicts = await self._write([unit for unit, _ in group])
        except Exception as error:  # noqa: BLE001  # whatever it was, the callers must hear of it
            if isinstance(error, psycopg.OperationalError):
                await self._drop()
            if len(group) > 1:
                for one in group:
                    await self._commit([one])
            elif not group[0][1].done():
                group[0][1].set_exception(_told(error))
            return
        for (_, done), verdict in zip(group, verdicts, strict=True):
            if not done.done():
                done.set_result(verdict)

    async def _write(self, units: Sequence[RunUnit]) -> list[Verdict]:
        connection = await self._connected()
        async with connection.transaction(), connection.cursor() as cursor:
            known = [unit.run_id for unit in units if unit.opening is None]
            fence: dict[str, tuple[int, bool, str]] = {}
            if known:
                await cursor.execute(_FENCE, (known,))
                fence = {row[0]: (row[1], row[2], row[3]) for row in await cursor.fetchall()}
            verdicts = [_verdict(unit, fence) for unit in units]
            held = [unit for unit, verdict in zip(units, verdicts, strict=True) if verdict.held]
            async with connection.pipeline():
                for unit in held:
                    await _send(cursor, unit)
        return verdicts

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            # The fence holds each unit to its run; one transaction carries the runs of several projects.
            options = f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} {SYSTEM_OPTIONS}"
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, options=options)
            self._connection.prepare_threshold = 1
        return self._connection

    async def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


def _verdict(unit: RunUnit, fence: dict[str, tuple[int, bool, str]]) -> Verdict:
    """Judge a unit by the rows as read and by the units before it in the same group."""
    status = "running" if unit.ending is None else unit.ending.status
    if unit.opening is not None:
        fence[unit.run_id] = (unit.attempt, False, status)
        return Verdict(held=True)
    attempt, cancel, stands = fence.get(unit.run_id, (-1, False, ""))
    if attempt != unit.attempt or stands != "running":
        return Verdict(held=False)
    fence[unit.run_id] = (attempt, cancel, status)
    return Verdict(held=True, cancel_requested=cancel)


async def _send(cursor: psycopg.AsyncCursor, unit: RunUnit) -> None:
    if unit.opening is not None:
        await cursor.execute(_INSERT_RUN, run_values(unit, unit.opening, _stored))
    for node in unit.nodes:
        await cursor.execute(_PUT_NODE, node_values(unit.run_id, unit.attempt, node, _stored))
    if unit.ending is not None and unit.opening is None:
        await cursor.execute(_END_RUN, end_values(unit.run_id, unit.ending, _stored))


def _told(error: Exception) -> Exception:
    if not isinstance(error, psycopg.OperationalError):
        return error
    told = Unavailable("The database does not take the record of the run now.")
    told.__cause__ = error
    return told
