"""Sessions and sign-in links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import SessionRow, SignInLinkRow


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
