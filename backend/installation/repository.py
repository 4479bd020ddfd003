"""Every statement on the installation's row."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.installation.models import ONLY, InstallationRow


class InstallationRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, *, lock: bool = False) -> InstallationRow | None:
        """Return the row, None before the first start; `lock` it in a unit that may make it."""
        statement = select(InstallationRow).where(col(InstallationRow.id) == ONLY)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    def add(self, row: InstallationRow) -> None:
        self._session.add(row)
