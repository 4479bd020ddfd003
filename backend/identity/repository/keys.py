"""API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import ApiKeyRow


class Keys:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: ApiKeyRow) -> None:
        self._session.add(row)

    async def key(self, secret_hash: str) -> ApiKeyRow | None:
        return (await self._session.exec(select(ApiKeyRow).where(ApiKeyRow.secret_hash == secret_hash))).first()

    async def touch(self, key_id: str, moment: datetime) -> None:
        await self._session.exec(update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id).values(last_used_at=moment))
