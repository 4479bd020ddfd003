"""DBOS 3.4 as dispatcher: it remembers ids that wait and calls one body for each.

Its workflows run on an event loop of its own thread; the bodies run on ours, where the database pools live.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import Future
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos._serialization import DBOSPortableJSONSerializer

from backend.engines.jobs.pulse import Pulse
from backend.ports.database import Database
from backend.ports.jobs import Body, Pending

# By default the version is a hash of the code, and a change of the code would orphan pending work for ever.
# Raise it by hand when a body can no longer go on with what an older release left.
APPLICATION_VERSION = "1"
# Looking for all five kinds of work 5 times a second took 9 % of a processor while there was nothing to do.
POLLING_SECONDS, UNHURRIED_SECONDS = 0.2, 1.0
SWEEP_SECONDS = 5.0
WORKFLOW = "signalbox_job"
logger = logging.getLogger(__name__)


class _Kind:
    """One registered kind of work."""

    def __init__(self, body: Body, concurrency: int, pending: Pending, polling_seconds: float) -> None:
        self.body, self.concurrency, self.pending = body, concurrency, pending
        self.polling_seconds = polling_seconds


class DbosJobs:
    """One per process: DBOS keeps its registry in module globals."""

    def __init__(self, system_database_url: str, executor_id: str, shared: Database | None = None) -> None:
        """`executor_id` is stable over restarts and unique among living processes: work is adopted by it.

        `shared` is the Postgres that other processes work on too; None where this one is alone.
        """
        self._pulse = Pulse(shared, executor_id, self.take_over) if shared else None
        self._kinds: dict[str, _Kind] = {}
        self._running: set[Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._config: DBOSConfig = {
            "name": "signalbox",
            "system_database_url": system_database_url,
            "application_version": APPLICATION_VERSION,
            "executor_id": executor_id,
            "serializer": DBOSPortableJSONSerializer(),  # the default is pickle
            "log_level": "ERROR",
            "sys_db_pool_size": 4,
        }

    def register(self, name: str, body: Body, *, concurrency: int, pending: Pending, is_urgent: bool = True) -> None:
        self._kinds[name] = _Kind(body, concurrency, pending, POLLING_SECONDS if is_urgent else UNHURRIED_SECONDS)

    async def enqueue(self, name: str, row_id: str, attempt: int) -> None:
        if self._loop is None:
            return  # a command that serves nothing: the sweeper of the process that does finds the row
        with SetWorkflowID(f"{name}:{row_id}:{attempt}"):
            await DBOS.enqueue_workflow_async(name, self._workflow, name, row_id)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        DBOS(config=self._config)

        async def carry(name: str, row_id: str) -> None:  # DBOS marks the function, so a bound method will not do
            await self._carry(name, row_id)

        self._workflow = DBOS.workflow(name=WORKFLOW)(carry)
        await asyncio.to_thread(self._launch)
        self._sweeper = asyncio.create_task(self._sweep_forever())
        if self._pulse:
            await self._pulse.start()

    def _launch(self) -> None:
        """Open the queues and recover; DBOS does both with blocking calls."""
        DBOS.launch()
        for name, kind in self._kinds.items():
            DBOS.register_queue(
                name,
                worker_concurrency=kind.concurrency,
                polling_interval_sec=kind.polling_seconds,
                on_conflict="always_update",
            )

    async def take_over(self, executor_id: str) -> int:
        pending = await DBOS.list_workflows_async(status="PENDING", executor_id=executor_id)
        if pending:
            await DBOS.resume_workflows_async([workflow.workflow_id for workflow in pending])
        return len(pending)

    async def stop(self) -> None:
        if self._pulse:
            await self._pulse.stop()
        if self._sweeper:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        # Destroyed first: a body that ends because we cancel it must not be noted as finished.
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0)
        for future in list(self._running):
            future.cancel()

    async def _carry(self, name: str, row_id: str) -> None:
        """Call the body on our loop and wait here, on the loop of DBOS, for its end."""
        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(self._guarded(name, row_id), self._loop)
        self._running.add(future)
        try:
            await asyncio.wrap_future(future)
        finally:
            self._running.discard(future)

    async def _guarded(self, name: str, row_id: str) -> None:
        try:
            await self._kinds[name].body(row_id)
        except Exception:
            logger.exception("a job of the kind %s ended with an error; row %s", name, row_id)

    async def _sweep_forever(self) -> None:
        while True:
            for name, kind in self._kinds.items():
                try:
                    waiting: Any = await kind.pending()
                    for row_id, attempt in waiting:
                        await self.enqueue(name, row_id, attempt)
                except Exception:
                    logger.exception("looking for waiting rows of the kind %s failed", name)
            await asyncio.sleep(SWEEP_SECONDS)
