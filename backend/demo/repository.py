"""Every statement on the table of the example."""

from __future__ import annotations

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.models import DemoRow


class DemoRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    async def read(self) -> DemoRow:
        """Return the project's row; before the first start an empty one that is not stored."""
        statement = select(DemoRow).where(DemoRow.project_id == self._project_id)
        return (await self._session.exec(statement)).first() or DemoRow(project_id=self._project_id)

    async def change(self, **values: Any) -> DemoRow:
        """Set columns, making the row when it is the first time."""
        statement = select(DemoRow).where(DemoRow.project_id == self._project_id).with_for_update()
        row = (await self._session.exec(statement)).first() or DemoRow(project_id=self._project_id)
        for name, value in values.items():
            setattr(row, name, value)
        self._session.add(row)
        await self._session.flush()
        return row
