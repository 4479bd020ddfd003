"""All of a person's data removed, as work that a crash does not end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.columns import utc_now
from backend.conversations.repository.gone import GoneTraces
from backend.conversations.service.judging import KEEP_DELETED
from backend.errors import DomainError, Unavailable
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID, Waiting
from backend.privacy.forgotten import REMOVED_AUTHOR, Forgotten
from backend.privacy.models import PrivacyJobRow
from backend.privacy.repository import Beside, Choices, Erasing, Members, People, PrivacyJobs
from backend.privacy.repository.jobs import any_job, organisation_of, waiting
from backend.privacy.service.base import Base
from backend.privacy.types import JobKind, JobState
from backend.unit_of_work import Work

# A batch holds the one writer of SQLite; between two of them others write.
AT_ONCE = 25
MESSAGES_AT_ONCE = 2_000
BREATH_SECONDS = 0.02
# Ids are made by the clocks of several machines.
SKEW = timedelta(seconds=5)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 60.0
logger = logging.getLogger(__name__)


class RemovingUseCases(Base):
    """Each batch is a unit of its own: what is gone is gone, and the next attempt goes on with what is left."""

    async def waiting(self) -> Sequence[Waiting]:
        """Return the removals that nobody has begun."""
        async with self._units.read(BY_ID) as session:
            return [Waiting(row.id, row.attempt) for row in await waiting(session)]

    async def execute(self, job_id: str) -> None:
        """Remove batch by batch until nothing is left, and then whom it was about.

        What began to come in after that is new, and stays: a removal ends, however much somebody sends. Whatever
        stops it is told by its row, which keeps whom it is about for `retry`.
        """
        try:
            await self._remove_all(job_id)
            await self._database.scrub()
        except Exception as error:
            logger.exception("removal %s failed", job_id)
            await self._fail(job_id, error)

    async def _remove_all(self, job_id: str) -> None:
        is_left, pause = True, FIRST_PAUSE_SECONDS
        while is_left:
            try:
                is_left, pause = await self._batch(job_id), FIRST_PAUSE_SECONDS
            except Unavailable:  # of two that wait for each other Postgres sends one away
                logger.warning("removal %s waits and goes on", job_id, exc_info=True)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(BREATH_SECONDS)

    async def _fail(self, job_id: str, error: Exception) -> None:
        """Write down that an attempt failed and why; where that cannot be written, come again."""
        words, pause = _why(error), FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._units.write(BY_ID) as work:
                    row = await any_job(work.session, job_id)
                    if row is not None and row.state != JobState.FAILED:
                        row.state, row.error, row.finished_at = JobState.FAILED, words, utc_now()
                        work.session.add(row)
                        await self._tell_end(work, row, "failed")
            except (DBAPIError, Unavailable):  # a full disk or a database that is away has room again
                logger.warning("the failure of removal %s could not be noted yet", job_id, exc_info=True)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                return

    async def purge_deleted(self, project_id: str, now: datetime) -> int:
        """Remove a few of the conversations whose undo has passed; return how many."""
        tenant = OfProject(project_id)
        async with self._units.read(tenant) as session:
            people = People(session, project_id)
            due = people.deleted(now - KEEP_DELETED)
            ids = await people.some(due, AT_ONCE, MESSAGES_AT_ONCE)
        if ids:
            async with self._units.write(tenant) as work:
                # Some may have been brought back since; whoever comes later waits here, and finds nothing.
                ids = await People(work.session, project_id).held(due, ids)
                await self._log.purge(work, project_id, ids)
        return len(ids)

    async def _batch(self, job_id: str) -> bool:
        """Return whether anything is left to do."""
        async with self._units.write(BY_ID) as work:
            row = await any_job(work.session, job_id)
            if row is None or row.state in {JobState.DONE, JobState.FAILED}:
                return False
            if row.kind == JobKind.PERSON and not row.person:  # all was removed, and the files were left to scrub
                row.state, row.finished_at = JobState.DONE, utc_now()
                work.session.add(row)
                return False
            people = People(work.session, row.project_id)
            is_person, before = row.kind == JobKind.PERSON, row.before or utc_now() + SKEW
            row.before = before
            names = await self._known_as(work.session, row.project_id, row.person) if is_person else []
            whose = people.of_person(names, before) if is_person else people.before(before)
            ids = await people.some(whose, AT_ONCE, MESSAGES_AT_ONCE)
            is_left = bool(ids)
            ids = await people.held(whose, ids)  # in one that is retained somebody may have gone on since
            if is_person:
                await GoneTraces(work.session, row.project_id).note_of(ids)
            if ids:
                await self._log.purge(work, row.project_id, ids, with_items=is_person)
            else:
                is_left = await self._beside(work, row.project_id, names, before)
            if is_left:
                row.state, row.num_done = JobState.RUNNING, row.num_done + len(ids)
            else:
                row.state, row.person, row.finished_at = JobState.DONE, "", utc_now()
                await self._tell_end(work, row, "removed")
                if not is_person:
                    await PrivacyJobs(work.session, row.project_id).settle_retentions(before)
            work.session.add(row)
            return is_left

    async def _beside(self, work: Work, project_id: str, names: Sequence[str], before: datetime) -> bool:
        """Remove what stands in no conversation: of a person all, else what is old. Return whether there is more."""
        beside = Beside(work.session, project_id)
        if not names:
            return await beside.remove_traces_before(before, AT_ONCE) > 0
        if runs := await beside.runs(names, before, AT_ONCE):
            await self._remove_runs(work, project_id, runs)
            return True
        if await self._forget_decisions(work, project_id, names):
            return True
        await beside.remove_traces_of(names)
        await Choices(work.session, project_id).remove(names)
        await Members(work.session, project_id).forget(names)
        return False

    async def _forget_decisions(self, work: Work, project_id: str, names: Sequence[str]) -> bool:
        """Take a member off some of the runs in which they decided; return whether there were any."""
        members = Members(work.session, project_id)
        found = await members.decisions(names, AT_ONCE)
        for row in found:
            forgotten = Forgotten(row.decided_by, everywhere=await members.hands_on(row.run_id))
            await members.forget_in_run(row.run_id, forgotten)
            await self._log.reword(work, project_id, row.run_id, forgotten.line)
            row.decided_by, row.decided_by_id = REMOVED_AUTHOR, ""
            work.session.add(row)
        return bool(found)

    async def _remove_runs(self, work: Work, project_id: str, run_ids: Sequence[str]) -> None:
        """Remove runs that stand in no conversation, with what was made of them."""
        erasing = Erasing(work.session, project_id)
        reached = await erasing.reached((), with_items=True, lone=run_ids)
        await erasing.remove(reached)
        await self._masking.purge(work, project_id, (), reached.run_ids)
        if reached.conversation_ids:
            await self._log.purge(work, project_id, reached.conversation_ids)

    async def _tell_end(self, work: Work, row: PrivacyJobRow, how: str) -> None:
        actor = Actor(row.asked_by_id, row.asked_by or "Retention", "system")
        await AuditTrail(work.session).record_of(
            await organisation_of(work.session, row.project_id),
            actor,
            f"{row.kind}.{how}",
            Target("removal", row.id),
            project_id=row.project_id,
            after={"conversations": row.num_done},
        )


def _why(error: Exception) -> str:
    """Say why a removal stopped, without a word of whom it is about: what a database refuses may hold some."""
    if isinstance(error, DomainError):
        return " ".join(filter(None, (error.message, error.hint)))
    if isinstance(error, DBAPIError):
        return "The database refused a step. The server log names it; what was removed before stays removed."
    return "A step failed. The server log names it; what was removed before stays removed."
