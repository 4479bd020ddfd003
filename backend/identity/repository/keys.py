"""API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import ApiKeyRow, UserRow


class Keys:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: ApiKeyRow) -> None:
        self._session.add(row)

    async def by_public_id(self, public_id: str) -> ApiKeyRow | None:
        """Return the key that has or, before it was rotated, had this public id."""
        here = or_(col(ApiKeyRow.public_id) == public_id, col(ApiKeyRow.previous_public_id) == public_id)
        return (await self._session.exec(select(ApiKeyRow).where(here))).first()

    async def by_hash(self, secret_hash: str) -> ApiKeyRow | None:
        """Return a key of the first format, which is found by its hash alone."""
        here = or_(col(ApiKeyRow.secret_hash) == secret_hash, col(ApiKeyRow.previous_hash) == secret_hash)
        return (await self._session.exec(select(ApiKeyRow).where(here))).first()

    async def living(self, organisation_id: str, project_id: str) -> list[tuple[ApiKeyRow, str]]:
        """Return the keys of a project and those of its whole organisation with their makers' names, oldest first."""
        statement = (
            select(ApiKeyRow, UserRow.name)
            .join(UserRow, col(UserRow.id) == ApiKeyRow.user_id)
            .where(*_within(organisation_id, project_id))
            .order_by(col(ApiKeyRow.id))
        )
        return list((await self._session.exec(statement)).all())

    async def num_living(self, organisation_id: str, project_id: str) -> int:
        statement = select(func.count()).select_from(ApiKeyRow).where(*_within(organisation_id, project_id))
        return (await self._session.exec(statement)).one()

    async def find(self, organisation_id: str, project_id: str, key_id: str) -> ApiKeyRow | None:
        """Return a living key of the project or the organisation, locked for a change."""
        statement = select(ApiKeyRow).where(col(ApiKeyRow.id) == key_id, *_within(organisation_id, project_id))
        return (await self._session.exec(statement.with_for_update())).first()

    async def touch(self, key_id: str, moment: datetime) -> None:
        await self._session.exec(update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id).values(last_used_at=moment))


def _within(organisation_id: str, project_id: str) -> tuple[ColumnElement[bool], ...]:
    here = or_(col(ApiKeyRow.project_id) == project_id, col(ApiKeyRow.project_id).is_(None))
    return col(ApiKeyRow.organisation_id) == organisation_id, here, col(ApiKeyRow.revoked_at).is_(None)
