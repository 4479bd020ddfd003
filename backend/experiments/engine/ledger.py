"""The record of one attempt: one writer commits what all workers have, and claims what they do next."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from backend.columns import utc_now
from backend.errors import Unavailable
from backend.experiments.errors import JUDGEMENT, AttemptLost
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.repository import Ownership, keep_in_log
from backend.ports.database import OfProject
from backend.unit_of_work import Units

# How often the row says that its owner lives, and hears what is wished of it, when nothing else is written.
PULSE_SECONDS = 0.5
# What nobody waits for is put off so long, so that a few answers share a transaction: each costs more than they do.
SHARED_SECONDS = 0.02
# A full disk or a locked database often has room again a moment later.
PAUSES_SECONDS = (0.5, 2.0, 8.0)
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Wish:
    """A write that a worker waits for."""

    cell: ExperimentCellRow
    done: asyncio.Future[None]
    adding: bool


class Ledger:
    """`heard` is called with what is wished of the owner, whenever it is read; `flows` are variants by their place."""

    def __init__(
        self, units: Units, row: ExperimentRow, heard: Callable[[str], Awaitable[None]], flows: Collection[int]
    ) -> None:
        self._units, self._row, self._heard, self._flows = units, row, heard, flows
        self._waiting: list[_Wish] = []
        self._ready: deque[ExperimentCellRow] = deque()
        self._after = -1
        self._is_dry = False
        self._wake, self._hurry = asyncio.Event(), asyncio.Event()
        self._stocked = asyncio.Condition()
        self._broken: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._last: asyncio.Future[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name=f"ledger-{self._row.id}")

    async def stop(self) -> None:
        """Write what was put, and end."""
        self.nudge()
        if self._last:
            await asyncio.wait([self._last])
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def nudge(self) -> None:
        """Write at once what waits, and look what is wished."""
        self._wake.set()
        self._hurry.set()

    async def next(self) -> ExperimentCellRow | None:
        """Return a cell that is claimed in the record; None when none is left. Raise AttemptLost."""
        async with self._stocked:
            while not self._ready:
                if self._broken:
                    raise self._broken
                if self._is_dry:
                    return None
                self.nudge()
                await self._stocked.wait()
            cell = self._ready.popleft()
        if len(self._ready) < self._row.concurrency:
            self._wake.set()
        return cell

    def put(self, cell: ExperimentCellRow, *, adding: bool = False) -> asyncio.Future[None]:
        """Return what is done once the cell is on disk; `adding` leaves scores that it has not. Raise AttemptLost."""
        if self._broken:
            raise self._broken
        wish = _Wish(cell, asyncio.get_running_loop().create_future(), adding)
        self._waiting.append(wish)
        self._last = wish.done
        self._wake.set()
        return wish.done

    async def write(self, cell: ExperimentCellRow, *, adding: bool = False) -> None:
        """Return once the cell is on disk, as `put` does it. Raise AttemptLost."""
        written = self.put(cell, adding=adding)
        self.nudge()
        await asyncio.shield(written)

    def leave(self, cell: ExperimentCellRow, *, adding: bool = False) -> None:
        """Write what was paid for a cell until its work broke off; where the attempt is lost, nothing."""
        if self._broken is None:
            self.put(cell, adding=adding)

    async def _forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PULSE_SECONDS):
                    await self._wake.wait()
                async with asyncio.timeout(SHARED_SECONDS):
                    await self._hurry.wait()
            self._wake.clear()
            self._hurry.clear()
            await asyncio.sleep(0)  # whoever is ready now shares the transaction
            writing, self._waiting = self._waiting, []
            try:
                await self._flush(writing)
            except asyncio.CancelledError:
                self._fail(writing, AttemptLost("The process stops."))
                raise
            except Exception as error:  # noqa: BLE001  # all who wait hear of it
                self._fail(writing, error)
                await self._tell_stocked()
                return
            for wish in writing:
                if not wish.done.done():
                    wish.done.set_result(None)

    async def _flush(self, writing: list[_Wish]) -> None:
        for pause in (*PAUSES_SECONDS, None):
            try:
                wished = await self._commit(writing)
            except (DBAPIError, Unavailable):
                if pause is None:
                    raise
                logger.warning("the record of %s could not be written yet", self._row.id, exc_info=True)
                await asyncio.sleep(pause)
            else:
                await self._heard(wished)
                await self._tell_stocked()
                return

    async def _commit(self, writing: list[_Wish]) -> str:
        """Write what waits, claim what comes next, and return what is wished."""
        wanted = 0 if self._is_dry else 2 * self._row.concurrency - len(self._ready)
        claims = wanted >= self._row.concurrency
        taken: list[ExperimentCellRow] = []
        async with self._units.write(OfProject(self._row.project_id)) as work:
            ownership = Ownership(work.session)
            wished = await ownership.hold(self._row, utc_now())
            if added := [wish.cell for wish in writing if wish.adding]:
                await ownership.keep_scores(self._row, added)
            if writing:
                await ownership.write(self._row, [wish.cell for wish in writing])
                if self._row.kind == JUDGEMENT:
                    await keep_in_log(work.session, self._row, [wish.cell for wish in writing])
            if claims:
                taken = list(await ownership.take(self._row, self._after, wanted))
                for cell in taken:
                    work.session.expunge(cell)
                    cell.attempt = self._row.attempt  # the claim is written past the object
                await ownership.name_runs(self._row, [cell for cell in taken if cell.variant in self._flows])
        if taken:
            self._after = taken[-1].number
            self._ready.extend(taken)
        self._is_dry = self._is_dry or (claims and len(taken) < wanted)
        return wished

    async def _tell_stocked(self) -> None:
        async with self._stocked:
            self._stocked.notify_all()

    def _fail(self, writing: list[_Wish], error: Exception) -> None:
        self._broken = error
        for wish in [*writing, *self._waiting]:
            if not wish.done.done():
                wish.done.set_exception(error)
                wish.done.exception()  # its worker may be gone; the others hear of it from `next`
