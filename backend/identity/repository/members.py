"""Members of one organisation: their roles, in it and in its projects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import (
    MemberRow,
    OrganisationRow,
    PasswordRow,
    ProjectRoleRow,
    ProjectRow,
    SessionRow,
    UserRow,
)
from backend.identity.permissions import Role


class Members:
    """Opened for one unit of work; sees one organisation."""

    def __init__(self, session: AsyncSession, organisation_id: str) -> None:
        self._session = session
        self._organisation_id = organisation_id

    async def lock(self) -> OrganisationRow:
        """Let one unit at a time change who belongs to the organisation.

        Two demotions at once would each see the other's owner still there: on Postgres this row makes the second
        wait, on SQLite the writing transaction does already.
        """
        statement = select(OrganisationRow).where(OrganisationRow.id == self._organisation_id).with_for_update()
        return (await self._session.exec(statement)).one()

    async def organisation(self) -> OrganisationRow:
        statement = select(OrganisationRow).where(OrganisationRow.id == self._organisation_id)
        return (await self._session.exec(statement)).one()

    async def with_password(self, user_ids: list[str]) -> set[str]:
        """Return which of these members have a password."""
        statement = select(PasswordRow.user_id).where(col(PasswordRow.user_id).in_(user_ids))
        return set(await self._session.exec(statement))

    def add(self, row: MemberRow | ProjectRoleRow) -> None:
        self._session.add(row)

    async def page(self, limit: int, after: str, query: str) -> list[tuple[UserRow, MemberRow]]:
        """Return up to `limit` members whose name or address holds `query`, in the order their accounts were made."""
        statement = (
            select(UserRow, MemberRow)
            .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
            .where(MemberRow.organisation_id == self._organisation_id)
            .order_by(col(UserRow.id))
            .limit(limit)
        )
        if after:
            statement = statement.where(UserRow.id > after)
        if query:
            held = func.lower(col(UserRow.name)).contains(query.lower(), autoescape=True)
            statement = statement.where(held | col(UserRow.email).contains(query.lower(), autoescape=True))
        return list(await self._session.exec(statement))

    async def roles(self, project_id: str) -> list[tuple[str, str, str | None]]:
        """Return of each member the id, the role in the organisation, and the one in a project where it is another."""
        here = (col(ProjectRoleRow.user_id) == MemberRow.user_id) & (col(ProjectRoleRow.project_id) == project_id)
        statement = (
            select(MemberRow.user_id, MemberRow.role, ProjectRoleRow.role)
            .outerjoin(ProjectRoleRow, here)
            .where(MemberRow.organisation_id == self._organisation_id)
        )
        return list(await self._session.exec(statement))

    async def one(self, user_id: str) -> tuple[UserRow, MemberRow] | None:
        statement = (
            select(UserRow, MemberRow)
            .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
            .where(MemberRow.organisation_id == self._organisation_id, UserRow.id == user_id)
        )
        return (await self._session.exec(statement)).first()

    async def by_email(self, email: str) -> MemberRow | None:
        statement = (
            select(MemberRow)
            .join(UserRow, col(UserRow.id) == MemberRow.user_id)
            .where(MemberRow.organisation_id == self._organisation_id, func.lower(col(UserRow.email)) == email)
        )
        return (await self._session.exec(statement)).first()

    async def num_owners(self) -> int:
        statement = select(func.count()).where(
            MemberRow.organisation_id == self._organisation_id, MemberRow.role == Role.OWNER
        )
        return (await self._session.exec(statement)).one()

    async def num_by_role(self) -> dict[str, int]:
        statement = (
            select(MemberRow.role, func.count())
            .where(MemberRow.organisation_id == self._organisation_id)
            .group_by(col(MemberRow.role))
        )
        return dict((await self._session.exec(statement)).all())

    async def num_by_rule(self) -> dict[str, int]:
        statement = (
            select(MemberRow.group_rule_id, func.count())
            .where(MemberRow.organisation_id == self._organisation_id, col(MemberRow.group_rule_id).is_not(None))
            .group_by(col(MemberRow.group_rule_id))
        )
        return {rule: number for rule, number in await self._session.exec(statement) if rule}

    async def last_seen(self, user_ids: list[str]) -> dict[str, datetime]:
        statement = (
            select(SessionRow.user_id, func.max(col(SessionRow.last_seen_at)))
            .where(col(SessionRow.user_id).in_(user_ids))
            .group_by(col(SessionRow.user_id))
        )
        return dict((await self._session.exec(statement)).all())

    async def overrides(self, user_ids: list[str]) -> list[ProjectRoleRow]:
        statement = (
            select(ProjectRoleRow)
            .join(ProjectRow, col(ProjectRow.id) == ProjectRoleRow.project_id)
            .where(
                ProjectRow.organisation_id == self._organisation_id,
                col(ProjectRow.archived_at).is_(None),
                col(ProjectRoleRow.user_id).in_(user_ids),
            )
        )
        return list(await self._session.exec(statement))

    async def remove(self, user_id: str) -> None:
        """Take the member out, with their roles in its projects."""
        projects = select(ProjectRow.id).where(ProjectRow.organisation_id == self._organisation_id)
        for override in await self._all_overrides(user_id, projects):
            await self._session.delete(override)
        await self._session.exec(
            delete(MemberRow).where(
                col(MemberRow.organisation_id) == self._organisation_id, col(MemberRow.user_id) == user_id
            )
        )

    async def _all_overrides(self, user_id: str, projects: object) -> list[ProjectRoleRow]:
        statement = select(ProjectRoleRow).where(
            ProjectRoleRow.user_id == user_id,
            col(ProjectRoleRow.project_id).in_(projects),  # type: ignore[arg-type]  # a subquery
        )
        return list(await self._session.exec(statement))

    async def project(self, project_id: str) -> ProjectRow | None:
        statement = select(ProjectRow).where(
            ProjectRow.id == project_id,
            ProjectRow.organisation_id == self._organisation_id,
            col(ProjectRow.archived_at).is_(None),
        )
        return (await self._session.exec(statement)).first()

    async def override(self, user_id: str, project_id: str) -> ProjectRoleRow | None:
        statement = select(ProjectRoleRow).where(
            ProjectRoleRow.project_id == project_id, ProjectRoleRow.user_id == user_id
        )
        return (await self._session.exec(statement)).first()

    async def drop_override(self, row: ProjectRoleRow) -> None:
        await self._session.delete(row)
