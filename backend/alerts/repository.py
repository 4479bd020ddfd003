"""Every statement on alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.alerts.errors import AlertNotFound
from backend.alerts.models import AlertDeliveryRow, AlertFiringRow, AlertRow
from backend.alerts.types import AlertState, Fate
from backend.identity.models import ProjectRow
from backend.paging import Page

# The reason that the test of scopes asks for.
EVERY_PROJECT = "the alerts of all projects are looked at"


class Alerts:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: SQLModel) -> None:
        self._session.add(row)

    async def is_closed(self, organisation_id: str) -> bool:
        """Tell whether nobody enters the project any more."""
        row = ProjectRow
        ours = (row.organisation_id == organisation_id, row.id == self._project_id)
        return (await self._session.exec(select(row.archived_at).where(*ours))).first() is not None

    async def flush(self) -> None:
        await self._session.flush()

    async def get(self, alert_id: str, *, lock: bool = False) -> AlertRow:
        """Return the row; locked, nobody else writes to it until the unit ends. Raise AlertNotFound."""
        statement = select(AlertRow).where(AlertRow.project_id == self._project_id, AlertRow.id == alert_id)
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise AlertNotFound
        return row

    async def page(self, page: Page) -> Sequence[AlertRow]:
        """Return one row more than asked for, newest first."""
        statement = select(AlertRow).where(AlertRow.project_id == self._project_id)
        if page.after:
            statement = statement.where(col(AlertRow.id) < page.after)
        return (await self._session.exec(statement.order_by(col(AlertRow.id).desc()).limit(page.limit + 1))).all()

    async def num(self) -> int:
        return (await self._session.exec(select(func.count()).where(AlertRow.project_id == self._project_id))).one()

    async def firing(self, at: datetime) -> Sequence[AlertRow]:
        """Return the rules that fire and are not muted, the longest first."""
        return (await self._session.exec(select(AlertRow).where(*self._loud(at)).order_by(col(AlertRow.since)))).all()

    async def num_firing(self, at: datetime) -> int:
        return (await self._session.exec(select(func.count()).select_from(AlertRow).where(*self._loud(at)))).one()

    def _loud(self, at: datetime) -> tuple[Any, ...]:
        row = AlertRow
        return (
            row.project_id == self._project_id,
            row.state == AlertState.FIRING,
            col(row.is_on).is_(True),
            or_(col(row.muted_until).is_(None), col(row.muted_until) <= at),
        )

    async def open_firing(self, alert_id: str) -> AlertFiringRow | None:
        row = AlertFiringRow
        statement = select(row).where(
            row.project_id == self._project_id, row.alert_id == alert_id, col(row.ended_at).is_(None)
        )
        return (await self._session.exec(statement)).first()

    async def firings(self, page: Page, alert_id: str) -> Sequence[tuple[AlertFiringRow, AlertRow]]:
        """Return one more than asked for with their rules, newest first; empty id for all rules."""
        row = AlertFiringRow
        statement = (
            select(row, AlertRow)
            .join(AlertRow, col(AlertRow.id) == row.alert_id)
            .where(row.project_id == self._project_id, AlertRow.project_id == self._project_id)
        )
        if alert_id:
            statement = statement.where(row.alert_id == alert_id)
        if page.after:
            statement = statement.where(col(row.id) < page.after)
        return (await self._session.exec(statement.order_by(col(row.id).desc()).limit(page.limit + 1))).all()

    async def deliveries(self, firing_ids: Sequence[str]) -> Sequence[AlertDeliveryRow]:
        row = AlertDeliveryRow
        statement = select(row).where(row.project_id == self._project_id, col(row.firing_id).in_(firing_ids))
        return (await self._session.exec(statement.order_by(col(row.id)))).all()

    async def delivery(self, delivery_id: str, *, lock: bool = False) -> AlertDeliveryRow | None:
        row = AlertDeliveryRow
        statement = select(row).where(row.project_id == self._project_id, row.id == delivery_id)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def delete(self, alert_id: str) -> None:
        """Remove a rule with what it fired and told."""
        kinds: tuple[tuple[Any, Any], ...] = (
            (AlertDeliveryRow, AlertDeliveryRow.alert_id),
            (AlertFiringRow, AlertFiringRow.alert_id),
            (AlertRow, AlertRow.id),
        )
        for row, column in kinds:
            await self._session.exec(
                delete(row).where(col(row.project_id) == self._project_id, col(column) == alert_id)
            )


async def due(session: AsyncSession, at: datetime) -> Sequence[tuple[str, str, str]]:
    """Return project, organisation and id of the rules to look at. Only the watch asks it: an operator never does."""
    row = AlertRow
    statement = (
        select(row.project_id, ProjectRow.organisation_id, row.id)
        .join(ProjectRow, col(ProjectRow.id) == row.project_id)
        .where(col(row.is_on).is_(True), col(row.next_look_at) <= at, col(ProjectRow.archived_at).is_(None))
    )
    return (await session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()


async def waiting(session: AsyncSession, at: datetime, limit: int) -> Sequence[tuple[str, str, str]]:
    """Return project, organisation and id of the deliveries whose next try is due."""
    row = AlertDeliveryRow
    statement = (
        select(row.project_id, ProjectRow.organisation_id, row.id)
        .join(ProjectRow, col(ProjectRow.id) == row.project_id)
        .where(row.fate == Fate.WAITING, col(row.next_try_at) <= at)
        .order_by(col(row.next_try_at))
        .limit(limit)
    )
    return (await session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()
