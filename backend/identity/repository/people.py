"""Organisations, projects, people and who belongs where."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy
from sqlalchemy import and_, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import (
    MemberRow,
    OrganisationRow,
    ProjectRoleRow,
    ProjectRow,
    SignInPolicyRow,
    UserRow,
)
from backend.identity.permissions import Role


class Seat(NamedTuple):
    """A member in a project. `given` is their role in it where it differs from the organisation's.

    `policy` says how the organisation lets people in, None for as each begins.
    """

    user: UserRow
    member: MemberRow
    project: ProjectRow
    organisation: OrganisationRow
    given: str | None
    policy: SignInPolicyRow | None

    @property
    def role(self) -> Role:
        """The role in the project: nobody takes an owner's away there."""
        if self.given is None or self.member.role == Role.OWNER:
            return Role(self.member.role)
        return Role(self.given)


# Made once: every event of every page asks who is there, and putting it together took longer than the answer.
ALL_SEATS = (
    # SQLAlchemy's own: the one of sqlmodel takes four columns.
    sqlalchemy.select(UserRow, MemberRow, ProjectRow, OrganisationRow, col(ProjectRoleRow.role), SignInPolicyRow)
    .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
    .join(ProjectRow, col(ProjectRow.organisation_id) == MemberRow.organisation_id)
    .join(OrganisationRow, col(OrganisationRow.id) == MemberRow.organisation_id)
    .join(
        ProjectRoleRow,
        and_(col(ProjectRoleRow.project_id) == ProjectRow.id, col(ProjectRoleRow.user_id) == MemberRow.user_id),
        isouter=True,
    )
    .join(SignInPolicyRow, col(SignInPolicyRow.organisation_id) == MemberRow.organisation_id, isouter=True)
    .where(col(UserRow.id) == bindparam("of"), col(ProjectRow.archived_at).is_(None))
    .order_by(col(OrganisationRow.name), col(ProjectRow.name), col(ProjectRow.id))
)
SEAT_IN_PROJECT = ALL_SEATS.where(col(ProjectRow.id) == bindparam("at"))


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
            .where(MemberRow.role == "owner", col(ProjectRow.archived_at).is_(None))
            .order_by(col(UserRow.created_at), col(ProjectRow.created_at))
            .limit(1)
        )
        return (await self._session.exec(statement)).first()

    async def seat(self, user_id: str, project_id: str) -> Seat | None:
        """Return the user, their membership, the project and its organisation; None when no member (any more)."""
        found = await self._seats(user_id, project_id)
        return found[0] if found else None

    async def seats(self, user_id: str) -> list[Seat]:
        """Return every project that the person may enter, by organisation and name."""
        return await self._seats(user_id)

    async def _seats(self, user_id: str, project_id: str = "") -> list[Seat]:
        statement, values = ALL_SEATS, {"of": user_id}
        if project_id:
            statement, values = SEAT_IN_PROJECT, {"of": user_id, "at": project_id}
        found = await self._session.exec(statement, params=values)  # type: ignore[call-overload]  # it takes any select
        return [Seat(*row) for row in found]

    async def closed_projects(self, why: str) -> list[str]:
        """Return the ids of all projects that were closed, of every organisation."""
        statement = select(ProjectRow.id).where(col(ProjectRow.archived_at).is_not(None)).order_by(ProjectRow.id)
        return list(await self._session.exec(statement.execution_options(unscoped=why)))

    async def projects(self, organisation_id: str) -> list[ProjectRow]:
        """Return the projects of an organisation by name."""
        statement = select(ProjectRow).where(
            ProjectRow.organisation_id == organisation_id, col(ProjectRow.archived_at).is_(None)
        )
        return list(await self._session.exec(statement.order_by(col(ProjectRow.name), col(ProjectRow.id))))

    async def user(self, user_id: str) -> UserRow | None:
        return (await self._session.exec(select(UserRow).where(UserRow.id == user_id))).first()

    async def by_email(self, email: str) -> UserRow | None:
        """Return the account of an address, given in lower case."""
        return (await self._session.exec(select(UserRow).where(func.lower(col(UserRow.email)) == email))).first()
