"""Every statement on the tables of identity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import (
    ApiKeyRow,
    MemberRow,
    OrganisationRow,
    ProjectRow,
    SessionRow,
    SignInLinkRow,
    UserRow,
)

Seat = tuple[UserRow, MemberRow, ProjectRow, OrganisationRow]


class IdentityRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

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

    def add(
        self,
        row: OrganisationRow | ProjectRow | UserRow | MemberRow | SessionRow | SignInLinkRow | ApiKeyRow,
    ) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    async def link(self, token_hash: str, *, lock: bool = False) -> SignInLinkRow | None:
        """Return the link; `lock` it in a unit that goes on to consume it."""
        statement = select(SignInLinkRow).where(SignInLinkRow.token_hash == token_hash)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def session(self, token_hash: str) -> SessionRow | None:
        return (await self._session.exec(select(SessionRow).where(SessionRow.token_hash == token_hash))).first()

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

    async def touch_session(self, session_id: str, moment: datetime) -> None:
        await self._session.exec(update(SessionRow).where(col(SessionRow.id) == session_id).values(last_seen_at=moment))

    async def revoke_session(self, token_hash: str, moment: datetime) -> None:
        await self._session.exec(
            update(SessionRow).where(col(SessionRow.token_hash) == token_hash).values(revoked_at=moment)
        )

    async def key(self, secret_hash: str) -> ApiKeyRow | None:
        return (await self._session.exec(select(ApiKeyRow).where(ApiKeyRow.secret_hash == secret_hash))).first()

    async def touch_key(self, key_id: str, moment: datetime) -> None:
        await self._session.exec(update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id).values(last_used_at=moment))
