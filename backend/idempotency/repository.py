"""Every statement on the remembered requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.idempotency.models import IdempotencyRow


class IdempotencyRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def find(self, key: str) -> IdempotencyRow | None:
        statement = select(IdempotencyRow).where(
            IdempotencyRow.project_id == self._project_id, IdempotencyRow.key == key
        )
        return (await self._session.exec(statement.with_for_update())).first()

    def add(self, row: IdempotencyRow) -> None:
        self._session.add(row)

    async def remove(self, key: str) -> None:
        await self._session.exec(
            delete(IdempotencyRow).where(
                col(IdempotencyRow.project_id) == self._project_id, col(IdempotencyRow.key) == key
            )
        )

    async def forget_before(self, moment: datetime) -> None:
        await self._session.exec(
            delete(IdempotencyRow).where(
                col(IdempotencyRow.project_id) == self._project_id, col(IdempotencyRow.created_at) < moment
            )
        )
