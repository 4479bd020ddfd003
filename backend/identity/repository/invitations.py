"""Invitations and group rules of one organisation."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import GroupRuleRow, InvitationRow, OrganisationRow, UserRow

Invited = tuple[InvitationRow, UserRow, OrganisationRow]


class Invitations:
    """Opened for one unit of work; sees one organisation."""

    def __init__(self, session: AsyncSession, organisation_id: str) -> None:
        self._session = session
        self._organisation_id = organisation_id

    def add(self, row: InvitationRow | GroupRuleRow) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def waiting(self) -> list[Invited]:
        """Return those that nobody accepted or revoked, newest first; some may have expired."""
        statement = (
            select(InvitationRow, UserRow, OrganisationRow)
            .join(UserRow, col(UserRow.id) == InvitationRow.invited_by)
            .join(OrganisationRow, col(OrganisationRow.id) == InvitationRow.organisation_id)
            .where(
                InvitationRow.organisation_id == self._organisation_id,
                col(InvitationRow.accepted_at).is_(None),
                col(InvitationRow.revoked_at).is_(None),
            )
            .order_by(col(InvitationRow.id).desc())
        )
        return list(await self._session.exec(statement))

    async def rules(self) -> list[GroupRuleRow]:
        statement = select(GroupRuleRow).where(GroupRuleRow.organisation_id == self._organisation_id)
        return list(await self._session.exec(statement.order_by(col(GroupRuleRow.group_name))))

    async def drop_rule(self, row: GroupRuleRow) -> None:
        await self._session.delete(row)


async def by_token(session: AsyncSession, token_hash: str, *, lock: bool = False) -> Invited | None:
    """Return the invitation that a link is for; `lock` it in a unit that goes on to consume it."""
    statement = (
        select(InvitationRow, UserRow, OrganisationRow)
        .join(UserRow, col(UserRow.id) == InvitationRow.invited_by)
        .join(OrganisationRow, col(OrganisationRow.id) == InvitationRow.organisation_id)
        .where(InvitationRow.token_hash == token_hash)
    )
    statement = statement.with_for_update(of=InvitationRow) if lock else statement
    return (await session.exec(statement)).first()
