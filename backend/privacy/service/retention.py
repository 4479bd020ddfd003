"""How long a project keeps conversations, and the daily removal of what is older."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID
from backend.privacy.models import PrivacyJobRow, RetentionRow
from backend.privacy.repository import Beside, People, PrivacyJobs, retentions
from backend.privacy.service.base import JOB, Base
from backend.privacy.types import MAX_DAYS, Going, JobKind, JobState, Retention

EVERY = timedelta(days=1)


class RetentionUseCases(Base):
    """Off until somebody says a number of days. Rows of datasets stay: they were chosen to be kept."""

    async def retention(self, operator: Operator) -> Retention:
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.read(operator) as session:
            row = await PrivacyJobs(session, operator.project_id).retention()
            return Retention(row.days, row.swept_at) if row else Retention()

    async def set_retention(self, operator: Operator, days: int | None) -> Retention:
        """Keep conversations so long after their last message, None for ever. Raise InvalidInput."""
        operator.require(Permission.PROJECT_MANAGE)
        _check(days)
        async with self._units.write(operator) as work:
            row = await PrivacyJobs(work.session, operator.project_id).retention(lock=True)
            before = {"days": row.days if row else None}
            if row and days is None:
                await work.session.delete(row)
            elif days is not None:
                row = row or RetentionRow(project_id=operator.project_id, days=days)
                row.days, row.swept_at = days, None
                row.updated_by, row.updated_at = operator.name, utc_now()
                work.session.add(row)
            target = Target("retention", operator.project_id)
            await AuditTrail(work.session).record(
                operator, "retention.change", target, before=before, after={"days": days}
            )
        return Retention(days)

    async def preview(self, operator: Operator, days: int) -> Going:
        """Count what a retention of so many days would remove now. Raise InvalidInput."""
        operator.require(Permission.PROJECT_MANAGE)
        _check(days)
        async with self._units.read(operator) as session:
            people = People(session, operator.project_id)
            return await people.going(people.before(utc_now() - timedelta(days=days)), with_items=False)

    async def sweep(self, now: datetime | None = None) -> int:
        """Begin a removal in each project that keeps conversations for a while, once a day; return how many."""
        moment, num = now or utc_now(), 0
        async with self._units.read(BY_ID) as session:
            due = [row for row in await retentions(session) if row.swept_at is None or moment - row.swept_at >= EVERY]
        for one in due:
            async with self._units.write(OfProject(one.project_id)) as work:
                row = await PrivacyJobs(work.session, one.project_id).retention(lock=True)
                if row is None or row.swept_at != one.swept_at:
                    continue
                row.swept_at = moment
                work.session.add(row)
                before = moment - timedelta(days=row.days)
                people = People(work.session, one.project_id)
                total = await people.count(people.before(before))
                if total or await Beside(work.session, one.project_id).has_traces_before(before):
                    job = _removal(row, before, total)
                    work.session.add(job)
                    job_id = job.id

                    async def begin(job_id: str = job_id) -> None:
                        await self._jobs.enqueue(JOB, job_id, 1)

                    work.after_commit(begin)
                    num += 1
        return num


def _removal(row: RetentionRow, before: datetime, total: int) -> PrivacyJobRow:
    return PrivacyJobRow(
        id=new_id("privacy"),
        project_id=row.project_id,
        kind=JobKind.RETENTION,
        state=JobState.QUEUED,
        before=before,
        num_total=total,
    )


def _check(days: int | None) -> None:
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidInput(
            f"Conversations are kept for 1 to {MAX_DAYS:,} days, or for ever.",
            fields={"days": f"Write a number from 1 to {MAX_DAYS:,}."},
        )
