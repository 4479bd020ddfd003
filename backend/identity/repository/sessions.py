"""Sessions and sign-in links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import MemberRow, ProjectRow, SessionRow, SignInLinkRow, SignInPolicyRow


class Sessions:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: SessionRow | SignInLinkRow) -> None:
        self._session.add(row)

    async def link(self, token_hash: str, *, lock: bool = False) -> SignInLinkRow | None:
        """Return the link; `lock` it in a unit that goes on to consume it."""
        statement = select(SignInLinkRow).where(SignInLinkRow.token_hash == token_hash)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def session(self, token_hash: str) -> SessionRow | None:
        return (await self._session.exec(select(SessionRow).where(SessionRow.token_hash == token_hash))).first()

    async def open_now(self, token_hashes: Collection[str], now: datetime) -> list[Sequence[Any]]:
        """Return hash, person, way, last use and grant of those of the sessions that were not ended, as plain rows."""
        row = SessionRow
        columns = (row.token_hash, row.user_id, row.signed_in_with, row.last_seen_at, row.support_grant_id)
        # SQLAlchemy's own: the one of sqlmodel takes four columns.
        statement = sqlalchemy.select(*map(col, columns)).where(
            col(SessionRow.token_hash).in_(token_hashes),
            col(SessionRow.revoked_at).is_(None),
            col(SessionRow.expires_at) > now,
        )
        return list(await self._session.exec(statement))  # type: ignore[call-overload]  # it takes any select

    async def doors(self, user_ids: Collection[str]) -> dict[str, str]:
        """Return for each person, in one text, where they may go in and how: memberships, policies, closed projects."""
        members = select(MemberRow.user_id, MemberRow.organisation_id).where(col(MemberRow.user_id).in_(user_ids))
        policies = [one.model_dump() for one in await self._session.exec(select(SignInPolicyRow))]
        closed = select(func.count()).select_from(ProjectRow).where(col(ProjectRow.archived_at).is_not(None))
        num_closed = (await self._session.exec(closed)).one()
        of_person: dict[str, list[str]] = {}
        for user_id, organisation_id in await self._session.exec(members.order_by(col(MemberRow.organisation_id))):
            of_person.setdefault(user_id, []).append(organisation_id)
        rules = sorted(map(repr, policies))
        return {one: repr((places, rules, num_closed)) for one, places in of_person.items()}

    async def by_id(self, session_id: str) -> SessionRow | None:
        return (await self._session.exec(select(SessionRow).where(SessionRow.id == session_id))).first()

    async def touch(self, session_id: str, moment: datetime) -> None:
        await self._session.exec(update(SessionRow).where(col(SessionRow.id) == session_id).values(last_seen_at=moment))

    async def revoke(self, token_hash: str, moment: datetime) -> None:
        await self._session.exec(
            update(SessionRow).where(col(SessionRow.token_hash) == token_hash).values(revoked_at=moment)
        )

    async def enter(self, token_hash: str, project_id: str) -> None:
        await self._session.exec(
            update(SessionRow).where(col(SessionRow.token_hash) == token_hash).values(project_id=project_id)
        )
