"""The experiments of this process: carried out as jobs, heard when they are wished to pause or end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from backend.columns import utc_now
from backend.experiments.engine.carrying import Carrying
from backend.experiments.engine.lanes import Lanes, RunPace, Take
from backend.experiments.errors import AttemptLost
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Outside
from backend.experiments.repository import Ownership, Pace
from backend.experiments.repository.pace import bounds_of
from backend.experiments.types import Status, Told
from backend.ids import new_id
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID, Waiting
from backend.silence import Silence

# A pulse comes twice a second and a look each five: one that is silent for two minutes has lost its process.
LOOKS = 24
GRACE_SECONDS = 8.0
logger = logging.getLogger(__name__)


class Executor:
    """One per process."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._lanes = Lanes(self._turns if outside.is_shared else None)
        self._carried: dict[str, tuple[Carrying, asyncio.Event]] = {}
        self._claiming: dict[str, asyncio.Lock] = {}
        self._is_stopping = False
        self._tell: Callable[[str, str], Awaitable[None]] | None = None
        self._silence = Silence(LOOKS)

    def at_end(self, tell: Callable[[str, str], Awaitable[None]]) -> None:
        """Call this with the project and the id of each experiment that was carried to its end."""
        self._tell = tell

    async def execute(self, experiment_id: str) -> None:
        """Carry an open experiment to its end; the body of the job. One that is carried here is waited for."""
        async with self._claiming.setdefault(experiment_id, asyncio.Lock()):
            known = self._carried.get(experiment_id)
            row = await self._claim(experiment_id) if known is None and not self._is_stopping else None
            if row is not None:
                carrying, ended = Carrying(self._outside, row, self._lanes), asyncio.Event()
                self._carried[experiment_id] = carrying, ended
        if known is not None:
            await known[1].wait()
        if row is None:
            return
        try:
            await carrying.run()
        except AttemptLost:
            logger.warning("experiment %s was taken over or ended elsewhere", experiment_id)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must say that it failed
            await self._fail(row, error)
        finally:
            self._carried.pop(experiment_id, None)
            self._claiming.pop(experiment_id, None)
            ended.set()
        if self._tell and not carrying.goes_on and not self._is_stopping:
            try:
                await self._tell(row.project_id, experiment_id)
            except Exception:  # whoever opens it is told all the same
                logger.exception("what experiment %s ended in could not be kept", experiment_id)
        if carrying.goes_on:  # somebody resumed it while its pause was under way
            await self.execute(experiment_id)

    async def pace_of(self, project_id: str, item_id: str, run_id: str) -> RunPace | None:
        """Return the pace of a run that answers a row, whoever goes on with it; None where no experiment is minded."""
        async with self._outside.units.read(OfProject(project_id)) as session:
            bounds = await bounds_of(session, project_id, item_id, run_id)
        return RunPace(self._lanes, project_id, *bounds) if bounds else None

    def _turns(self, project_id: str, reference: str) -> Take:
        async def take(seconds: float) -> float:
            async with self._outside.units.write(OfProject(project_id)) as work:
                return await Pace(work.session, project_id).take(reference, seconds)

        return take

    async def _claim(self, experiment_id: str) -> ExperimentRow | None:
        async with self._outside.units.write(BY_ID) as work:
            row = await Ownership(work.session).claim(experiment_id, utc_now())
            if row is not None:
                work.session.expunge(row)
            return row

    def nudge(self, experiment_id: str) -> None:
        """Let the experiment look at once what is wished of it."""
        if known := self._carried.get(experiment_id):
            known[0].ledger.nudge()

    def ended(self, experiment_id: str) -> asyncio.Event | None:
        """Return what is set once this process carries it no more; None where it does not."""
        known = self._carried.get(experiment_id)
        return known[1] if known else None

    def told(self, experiment_id: str) -> Told:
        known = self._carried.get(experiment_id)
        return known[0].told if known else Told()

    async def waiting(self) -> Sequence[Waiting]:
        """Return the experiments that should run and of which nobody knows; asked every few seconds."""
        async with self._outside.units.read(BY_ID) as session:
            queued, running = await Ownership(session).queued(), await Ownership(session).running()
        silent = self._silence.among({row_id: (attempt, moment) for row_id, attempt, moment in running})
        left = [*queued, *((row_id, attempt) for row_id, attempt, _ in running if row_id in silent)]
        return [Waiting(*one) for one in left if one[0] not in self._carried]

    async def close(self) -> None:
        """Ask no more cells, and give those in flight their grace. The next start goes on behind the record."""
        self._is_stopping = True
        carried = list(self._carried.values())
        for carrying, _ in carried:
            carrying.interrupt()
        if carried:
            waits = [asyncio.create_task(ended.wait()) for _, ended in carried]
            await asyncio.wait(waits, timeout=GRACE_SECONDS)
            for wait in waits:
                wait.cancel()

    async def _fail(self, row: ExperimentRow, error: Exception) -> None:
        """End an experiment that met what nobody expected; the log has the rest under the reference."""
        reference = new_id("err")
        logger.error("experiment %s failed, %s", row.id, reference, exc_info=error)
        hint = f"Resume it. If it fails again, look for {reference} in the log."
        async with self._outside.units.write(BY_ID) as work:
            ownership = Ownership(work.session)
            moment = utc_now()
            said = "Something went wrong on our side."
            await ownership.end(row, moment, status=Status.FAILED, error=said, hint=hint)
