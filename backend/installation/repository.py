"""Every statement on the installation's row."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.installation.models import ONLY, InstallationRow


class InstallationRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self) -> InstallationRow | None:
        """Return the row, None before the first start."""
        statement = select(InstallationRow).where(col(InstallationRow.id) == ONLY).with_for_update()
        return (await self._session.exec(statement)).first()

    def add(self, row: InstallationRow) -> None:
        self._session.add(row)
