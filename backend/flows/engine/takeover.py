"""Beat while we run something, and take over the runs of processes whose pulse has stopped.

A pulse is a counter and staleness a number of our own sweeps, so that no two clocks are compared: a sweeper that slept
itself has counted nothing meanwhile and accuses nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from backend.errors import DomainError
from backend.flows.engine.runner import Runner
from backend.flows.repository.ownership import Ownership
from backend.ports.jobs import BY_ID
from backend.unit_of_work import Units

BEAT_SECONDS = 0.5
SWEEP_SECONDS = 0.5
STALE_SWEEPS = 10  # 5 s without a new beat
MEND_SECONDS = 5.0
MOST_REFUSALS = 3
GIVEN_UP = f"The record of this run was refused or unreadable {MOST_REFUSALS} times. The log says why, under its id."
Inherit = Callable[[str, int], Awaitable[None]]
GiveUp = Callable[[str, int, str], Awaitable[None]]
logger = logging.getLogger(__name__)


class Watch:
    """The pulse of this process, and its eye on the others."""

    def __init__(
        self, units: Units, runner: Runner, worker: str, inherit: Inherit, give_up: GiveUp, *, alone: bool
    ) -> None:
        """`inherit` goes on with a run under a new attempt, `give_up` ends it in words.

        `alone` says that no other process runs flows on this database: what is open at the start is nobody's.
        """
        self._units, self._runner, self._worker = units, runner, worker
        self._inherit, self._give_up = inherit, give_up
        self._alone = alone
        self._seen: dict[str, int] = {}
        self._unchanged: Counter[str] = Counter()
        self._lost: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        if self._alone:
            async with self._units.read(BY_ID) as session:
                orphaned = await Ownership(session).owners() - {self._worker}
            for worker in orphaned:
                await self._take_over(worker)
        else:
            self._tasks.append(asyncio.create_task(self._forever(self._sweep, SWEEP_SECONDS), name="run-sweeper"))
        self._tasks.append(asyncio.create_task(self._forever(self._beat, BEAT_SECONDS), name="run-beat"))
        self._tasks.append(asyncio.create_task(self._forever(self._mend, MEND_SECONDS), name="run-mender"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _forever(self, step: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await step()
            except (DBAPIError, DomainError):
                logger.warning("the watch over runs missed a step", exc_info=True)  # the next gets a new connection
            except Exception:  # without the watch no run of this process is mended or cancelled any more
                logger.exception("the watch over runs failed in a step")
            await asyncio.sleep(pause)

    async def _beat(self) -> None:
        """Raise our count while others would have something to inherit, and hear what was cancelled or decided."""
        runs = self._runner.open_runs
        if not runs:
            return
        if not self._alone:
            async with self._units.write(BY_ID) as work:
                await Ownership(work.session).beat(self._worker)
        async with self._units.read(BY_ID) as session:
            ownership, held = Ownership(session), self._runner.held
            asked = await ownership.asked_to_cancel(runs)
            decided = await ownership.decided(list(held)) if held else []
        for run_id in asked:
            self._runner.cancel(run_id)
        for approval_id in decided:
            self._runner.wake(held[approval_id])

    async def _sweep(self) -> None:
        async with self._units.read(BY_ID) as session:
            ownership = Ownership(session)
            owners = await ownership.owners() - {self._worker}
            beats = await ownership.beats() if owners else {}
        for worker in owners:
            count = beats.get(worker, 0)
            self._unchanged[worker] = self._unchanged[worker] + 1 if self._seen.get(worker) == count else 0
            self._seen[worker] = count
            if self._unchanged[worker] >= STALE_SWEEPS:
                await self._take_over(worker)
        for worker in set(self._seen) - owners:
            del self._seen[worker], self._unchanged[worker]

    async def _mend(self) -> None:
        """Go on with runs that are ours and that nobody carries: the database refused their record, say on a full disk.

        A run is only just written down when it is first seen so; it counts as lost when it is seen so twice. A full
        disk is waited for; what is refused for another reason would be refused at every attempt, each paid for.
        """
        async with self._units.read(BY_ID) as session:
            owned = await Ownership(session).owned(self._worker)
        for run_id in set(self._runner.refusals) - owned:
            del self._runner.refusals[run_id]
        idle = {run_id for run_id in owned if self._runner.task_of(run_id) is None}
        for run_id in idle & self._lost:
            async with self._units.write(BY_ID) as work:
                attempt = await Ownership(work.session).take_back(run_id, self._worker)
            if attempt is None:
                continue
            if self._runner.refusals[run_id] >= MOST_REFUSALS:
                logger.error("giving up run %s, whose record is refused again and again", run_id)
                await self._give_up(run_id, attempt, GIVEN_UP)
            else:
                logger.warning("going on with run %s, whose record was refused", run_id)
                await self._go_on(run_id, attempt)
        self._lost = idle

    async def _go_on(self, run_id: str, attempt: int) -> None:
        """Inherit a run; one that cannot be read is left to the mender, and keeps no other waiting."""
        try:
            await self._inherit(run_id, attempt)
        except (DBAPIError, DomainError):
            logger.warning("run %s is gone on with later", run_id, exc_info=True)
        except Exception:
            logger.exception("run %s could not be gone on with", run_id)
            self._runner.refusals[run_id] += 1

    async def _take_over(self, worker: str) -> None:
        async with self._units.write(BY_ID) as work:
            taken = await Ownership(work.session).take_over(worker, self._worker)
        for run_id, attempt in taken:
            logger.warning("taking over run %s of the silent process %s", run_id, worker)
            await self._go_on(run_id, attempt)
