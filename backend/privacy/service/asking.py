"""What is asked of removals: what would go, begin, how far it is, once more."""

from __future__ import annotations

from dataclasses import replace

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.privacy.errors import JobNotFound
from backend.privacy.models import PrivacyJobRow
from backend.privacy.repository import Beside, Choices, People, PrivacyJobs
from backend.privacy.service.base import JOB, Base, written
from backend.privacy.types import Going, JobKind, JobState, PrivacyJob


class AskingUseCases(Base):
    """For whoever manages the project."""

    async def going(self, operator: Operator, person: str) -> Going:
        """Count what `remove` would take away. Raise InvalidInput, PersonNotFound."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            names = await self._names(session, operator.project_id, person)
            people, beside = People(session, operator.project_id), Beside(session, operator.project_id)
            choices = Choices(session, operator.project_id)
            lone = [beside.run_ids_of(names)]
            going = await people.going(people.of_person(names), with_items=True, lone=lone)
            return replace(
                going,
                num_runs=going.num_runs + await beside.num_runs(names),
                num_traces=await beside.num_traces(names),
                views=tuple(one.name for one in await choices.views(names)),
                alerts=tuple(one.name for one in await choices.alerts(names)),
            )

    async def remove(self, operator: Operator, person: str) -> PrivacyJob:
        """Begin to take away all of a person's, their words in datasets and experiments too; it cannot be undone.

        Raise InvalidInput, PersonNotFound.
        """
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            names = await self._names(work.session, operator.project_id, person)
            people = People(work.session, operator.project_id)
            row = PrivacyJobRow(
                id=new_id("privacy"),
                project_id=operator.project_id,
                kind=JobKind.PERSON,
                state=JobState.QUEUED,
                person=written(person),
                num_total=await people.count(people.of_person(names)),
                asked_by=operator.name,
                asked_by_id=operator.user_id,
            )
            work.session.add(row)
            work.after_commit(lambda: self._jobs.enqueue(JOB, row.id, row.attempt))
            await AuditTrail(work.session).record(
                operator, "person.remove", Target("removal", row.id), after={"conversations": row.num_total}
            )
            return _job(row)

    async def retry(self, operator: Operator, job_id: str) -> PrivacyJob:
        """Go on with a removal that failed, behind what it has removed; one that did not fail stays as it is.

        What of the person came in since goes too. Raise JobNotFound.
        """
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            row = await PrivacyJobs(work.session, operator.project_id).job(str(storable(job_id)), lock=True)
            if row is None:
                raise JobNotFound("There is no such removal.")
            if row.state == JobState.FAILED:
                row.state, row.attempt, row.error, row.finished_at = JobState.QUEUED, row.attempt + 1, "", None
                if row.kind == JobKind.PERSON:
                    row.before = None
                work.session.add(row)
                again = row.attempt
                work.after_commit(lambda: self._jobs.enqueue(JOB, job_id, again))
                told = {"conversations": row.num_done}
                await AuditTrail(work.session).record(
                    operator, f"{row.kind}.remove_again", Target("removal", row.id), after=told
                )
            return _job(row)

    async def unended(self, operator: Operator, limit: int = 8) -> list[PrivacyJob]:
        """Return the removals that are under way or failed, newest first."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            return [_job(row) for row in await PrivacyJobs(session, operator.project_id).unended(limit)]

    async def jobs(self, operator: Operator, page: Page) -> Listed[PrivacyJob]:
        """Return a page of the removals, newest first."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            rows = await PrivacyJobs(session, operator.project_id).newest(page)
        return Listed.cut([_job(row) for row in rows], page)

    async def job(self, operator: Operator, job_id: str) -> PrivacyJob:
        """Raise JobNotFound."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            row = await PrivacyJobs(session, operator.project_id).job(str(storable(job_id)))
        if row is None:
            raise JobNotFound("There is no such removal.")
        return _job(row)


def _job(row: PrivacyJobRow) -> PrivacyJob:
    return PrivacyJob(
        id=row.id,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        num_total=max(row.num_total, row.num_done),
        num_done=row.num_done,
        asked_by=row.asked_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        error=row.error,
    )
