"""Deletions under way and done, and how long projects keep conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import storable, utc_now
from backend.identity.models import ProjectRow
from backend.paging import Page
from backend.privacy.models import PrivacyJobRow, RetentionRow
from backend.privacy.types import UNENDED, JobKind, JobState

BY_ITSELF = "whoever removes what is due does so for every project"


class PrivacyJobs:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def newest(self, page: Page) -> Sequence[PrivacyJobRow]:
        """Return one more than asked for."""
        statement = select(PrivacyJobRow).where(PrivacyJobRow.project_id == self._project_id)
        if page.after:
            statement = statement.where(PrivacyJobRow.id < str(storable(page.after)))
        return (await self._session.exec(statement.order_by(col(PrivacyJobRow.id).desc()).limit(page.limit + 1))).all()

    async def unended(self, limit: int) -> Sequence[PrivacyJobRow]:
        """Return what is under way or failed, the newest first."""
        statement = select(PrivacyJobRow).where(
            PrivacyJobRow.project_id == self._project_id, col(PrivacyJobRow.state).in_([*UNENDED])
        )
        return (await self._session.exec(statement.order_by(col(PrivacyJobRow.id).desc()).limit(limit))).all()

    async def job(self, job_id: str, *, lock: bool = False) -> PrivacyJobRow | None:
        statement = select(PrivacyJobRow).where(
            PrivacyJobRow.project_id == self._project_id, PrivacyJobRow.id == job_id
        )
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def settle_retentions(self, before: datetime) -> None:
        """End the retentions that failed and of which a later one has taken all that they should have."""
        failed = update(PrivacyJobRow).where(
            col(PrivacyJobRow.project_id) == self._project_id,
            col(PrivacyJobRow.kind) == JobKind.RETENTION.value,
            col(PrivacyJobRow.state) == JobState.FAILED.value,
            col(PrivacyJobRow.before) <= before,
        )
        await self._session.exec(failed.values(state=JobState.DONE.value, error="", finished_at=utc_now()))

    async def retention(self, *, lock: bool = False) -> RetentionRow | None:
        statement = select(RetentionRow).where(RetentionRow.project_id == self._project_id)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()


async def any_job(session: AsyncSession, job_id: str) -> PrivacyJobRow | None:
    """Return a job of whatever project, locked; for the work itself, which knows its row by the id alone."""
    statement = select(PrivacyJobRow).where(PrivacyJobRow.id == job_id).with_for_update()
    return (await session.exec(statement.execution_options(unscoped=BY_ITSELF))).first()


async def organisation_of(session: AsyncSession, project_id: str) -> str:
    statement = select(ProjectRow.organisation_id).where(ProjectRow.id == project_id)
    return (await session.exec(statement.execution_options(unscoped=BY_ITSELF))).one()


async def waiting(session: AsyncSession) -> Sequence[PrivacyJobRow]:
    statement = select(PrivacyJobRow).where(PrivacyJobRow.state == JobState.QUEUED.value)
    return (await session.exec(statement.execution_options(unscoped=BY_ITSELF))).all()


async def retentions(session: AsyncSession) -> Sequence[RetentionRow]:
    return (await session.exec(select(RetentionRow).execution_options(unscoped=BY_ITSELF))).all()
