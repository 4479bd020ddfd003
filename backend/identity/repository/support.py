"""Support that owners let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import MemberRow, OrganisationRow, SessionRow, SupportGrantRow, UserRow
from backend.identity.permissions import Role

MAX_GRANTS = 100


class Granted:
    """A grant with the names that people know it by."""

    def __init__(
        self, row: SupportGrantRow, support: UserRow, member: UserRow, owner: UserRow, organisation: OrganisationRow
    ) -> None:
        self.row, self.support, self.member, self.owner, self.organisation = row, support, member, owner, organisation


class Support:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: SupportGrantRow) -> None:
        self._session.add(row)

    async def standing(self, grant_id: str, support_id: str, now: datetime) -> Granted | None:
        """Return a grant that holds now: neither ended nor taken back, its giver an owner, its member one still."""
        found = await self._read(
            SupportGrantRow.id == grant_id,
            SupportGrantRow.support_id == support_id,
            col(SupportGrantRow.revoked_at).is_(None),
            SupportGrantRow.expires_at > now,
        )
        return found[0] if found and await self._holds(found[0].row) else None

    async def _holds(self, row: SupportGrantRow) -> bool:
        statement = select(MemberRow.user_id, MemberRow.role).where(
            MemberRow.organisation_id == row.organisation_id,
            col(MemberRow.user_id).in_([row.granted_by, row.member_id]),
        )
        roles = dict((await self._session.exec(statement)).all())
        return roles.get(row.granted_by) == Role.OWNER and row.member_id in roles

    async def of_organisation(self, organisation_id: str, since: datetime) -> list[Granted]:
        """Return the grants of an organisation that are open, or ended after `since`, newest first."""
        ended = or_(SupportGrantRow.expires_at > since, col(SupportGrantRow.revoked_at) > since)
        return await self._read(SupportGrantRow.organisation_id == organisation_id, ended)

    async def one(self, organisation_id: str, grant_id: str) -> Granted | None:
        found = await self._read(SupportGrantRow.organisation_id == organisation_id, SupportGrantRow.id == grant_id)
        return found[0] if found else None

    async def offered(self, support_id: str, now: datetime) -> list[Granted]:
        """Return the open grants of one person of support, newest first."""
        return await self._read(
            SupportGrantRow.support_id == support_id,
            col(SupportGrantRow.revoked_at).is_(None),
            SupportGrantRow.expires_at > now,
        )

    async def _read(self, *conditions: object) -> list[Granted]:
        support, member, owner = aliased(UserRow), aliased(UserRow), aliased(UserRow)
        statement = (
            select(SupportGrantRow, support, member, owner)
            .join(support, col(support.id) == SupportGrantRow.support_id)
            .join(member, col(member.id) == SupportGrantRow.member_id)
            .join(owner, col(owner.id) == SupportGrantRow.granted_by)
            .where(*conditions)  # type: ignore[arg-type]  # conditions
            .order_by(col(SupportGrantRow.created_at).desc())
            .limit(MAX_GRANTS)
        )
        rows = list(await self._session.exec(statement))
        organisations = {
            one.id: one
            for one in await self._session.exec(
                select(OrganisationRow).where(col(OrganisationRow.id).in_({row.organisation_id for row, *_ in rows}))
            )
        }
        return [
            Granted(row, helper, stood_for, giver, organisations[row.organisation_id])
            for row, helper, stood_for, giver in rows
        ]

    async def in_use(self, grant_ids: list[str]) -> set[str]:
        """Return which of the grants some open session acts under."""
        statement = select(SessionRow.support_grant_id).where(
            col(SessionRow.support_grant_id).in_(grant_ids), col(SessionRow.revoked_at).is_(None)
        )
        return {one for one in await self._session.exec(statement) if one}

    async def put_on(self, session_id: str, grant_id: str | None) -> None:
        """Let a session act under the grant; None lets the person be themself again."""
        await self._session.exec(
            update(SessionRow).where(col(SessionRow.id) == session_id).values(support_grant_id=grant_id)
        )

    async def take_off(self, grant_id: str) -> None:
        await self._session.exec(
            update(SessionRow).where(col(SessionRow.support_grant_id) == grant_id).values(support_grant_id=None)
        )
