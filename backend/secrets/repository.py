"""Every statement on the tables of secrets and variables."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.secrets.models import SecretRow, VariableRow


class SecretRepository:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    def add(self, row: SecretRow | VariableRow) -> None:
        self._session.add(row)

    async def delete(self, row: SecretRow | VariableRow) -> None:
        await self._session.delete(row)

    async def secrets(self, names: Collection[str] | None = None) -> list[SecretRow]:
        """Return the secrets of the project by name; `names` None means all."""
        statement = select(SecretRow).where(SecretRow.project_id == self._project_id).order_by(SecretRow.name)
        if names is not None:
            statement = statement.where(col(SecretRow.name).in_(names))
        return list(await self._session.exec(statement))

    async def variables(self, names: Collection[str] | None = None) -> list[VariableRow]:
        """Return the variables of the project by name; `names` None means all."""
        statement = select(VariableRow).where(VariableRow.project_id == self._project_id).order_by(VariableRow.name)
        if names is not None:
            statement = statement.where(col(VariableRow.name).in_(names))
        return list(await self._session.exec(statement))

    async def secret(self, name: str) -> SecretRow | None:
        """Return one, locked for a change."""
        statement = select(SecretRow).where(SecretRow.project_id == self._project_id, SecretRow.name == name)
        return (await self._session.exec(statement.with_for_update())).first()

    async def variable(self, name: str) -> VariableRow | None:
        """Return one, locked for a change."""
        statement = select(VariableRow).where(VariableRow.project_id == self._project_id, VariableRow.name == name)
        return (await self._session.exec(statement.with_for_update())).first()

    async def num_stored(self) -> int:
        """Count secrets and variables together."""
        total = 0
        for row in (SecretRow, VariableRow):
            statement = select(func.count()).select_from(row).where(col(row.project_id) == self._project_id)
            total += (await self._session.exec(statement)).one()
        return total
