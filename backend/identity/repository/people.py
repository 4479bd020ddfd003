"""Organisations, projects, people and who belongs where."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import MemberRow, OrganisationRow, ProjectRow, UserRow

Seat = tuple[UserRow, MemberRow, ProjectRow, OrganisationRow]


class People:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: OrganisationRow | ProjectRow | UserRow | MemberRow) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def first_owner(self) -> tuple[UserRow, ProjectRow] | None:
        """Return the local owner and their project, None before the first start."""
        statement = (
            select(UserRow, ProjectRow)
            .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
            .join(ProjectRow, col(ProjectRow.organisation_id) == MemberRow.organisation_id)
            .where(MemberRow.role == "owner")
            .order_by(col(UserRow.created_at), col(ProjectRow.created_at))
            .limit(1)
        )
        return (await self._session.exec(statement)).first()

    async def seat(self, user_id: str, project_id: str) -> Seat | None:
        """Return the user, their membership, the project and its organisation; None when no member (any more)."""
        statement = (
            select(UserRow, MemberRow, ProjectRow, OrganisationRow)
            .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
            .join(ProjectRow, col(ProjectRow.organisation_id) == MemberRow.organisation_id)
            .join(OrganisationRow, col(OrganisationRow.id) == MemberRow.organisation_id)
            .where(UserRow.id == user_id, ProjectRow.id == project_id)
        )
        return (await self._session.exec(statement)).first()

    async def projects(self, organisation_id: str) -> list[ProjectRow]:
        """Return the projects of an organisation by name."""
        statement = select(ProjectRow).where(ProjectRow.organisation_id == organisation_id)
        return list(await self._session.exec(statement.order_by(col(ProjectRow.name), col(ProjectRow.id))))
