"""Notice executors that have died, where several share one Postgres: DBOS by itself does not take over their work.

A pulse is a count and staleness a number of our own looks: no two clocks are compared, and a process that slept
itself has counted nothing meanwhile. The table lies beside those of DBOS, which it also makes by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable
from backend.ports.database import Database, Everywhere

# Its table holds processes, of no tenant.
NO_TENANT = Everywhere("a beat of a process is no tenant's row")
LOOK_SECONDS = 0.5
STALE_LOOKS = 10  # 5 s without a new beat
MAKE = "CREATE TABLE IF NOT EXISTS dbos.executor_pulse (executor_id text PRIMARY KEY, beat bigint NOT NULL)"
BEAT = (
    "INSERT INTO dbos.executor_pulse (executor_id, beat) VALUES (:id, 1) "
    "ON CONFLICT (executor_id) DO UPDATE SET beat = executor_pulse.beat + 1"
)
LOOK = "SELECT executor_id, beat FROM dbos.executor_pulse WHERE executor_id <> :id"
BURY = "DELETE FROM dbos.executor_pulse WHERE executor_id = :id AND beat = :beat"
logger = logging.getLogger(__name__)


class Pulse:
    """Beat for this executor; call `adopt` with the id of one that has fallen silent."""

    def __init__(self, database: Database, executor_id: str, adopt: Callable[[str], Awaitable[int]]) -> None:
        self._database, self._executor_id, self._adopt = database, executor_id, adopt
        self._seen: dict[str, int] = {}
        self._unchanged: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        async with self._database.write(NO_TENANT) as session:
            await (await session.connection()).execute(text(MAKE))
        self._task = asyncio.create_task(self._forever(), name="executor-pulse")

    async def stop(self) -> None:
        """Stop beating; the row stays, so that the others adopt what this process could not end."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                await self._beat_and_look()
            except (DBAPIError, Unavailable):
                logger.warning("the pulse missed a beat", exc_info=True)  # the next one gets a new connection
            await asyncio.sleep(LOOK_SECONDS)

    async def _beat_and_look(self) -> None:
        async with self._database.write(NO_TENANT) as session:
            connection = await session.connection()
            await connection.execute(text(BEAT), {"id": self._executor_id})
            others = (await connection.execute(text(LOOK), {"id": self._executor_id})).all()
        for executor_id, beat in others:
            self._unchanged[executor_id] = (
                self._unchanged[executor_id] + 1 if self._seen.get(executor_id) == beat else 0
            )
            self._seen[executor_id] = beat
            if self._unchanged[executor_id] >= STALE_LOOKS:
                await self._bury(executor_id, beat)

    async def _bury(self, executor_id: str, beat: int) -> None:
        num_adopted = await self._adopt(executor_id)
        logger.warning("adopted %s jobs of the silent process %s", num_adopted, executor_id)
        async with self._database.write(NO_TENANT) as session:
            await (await session.connection()).execute(text(BURY), {"id": executor_id, "beat": beat})
        self._unchanged.pop(executor_id, None)
        self._seen.pop(executor_id, None)
