"""Seal everything that is stored with the newest key, whichever slice stored it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Column, Table, select, update
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import EVERY_END, sign_every_end
from backend.columns import Sealed
from backend.errors import Conflict
from backend.installation.models import InstallationRow
from backend.ports.database import Everywhere
from backend.ports.sealing import SealBroken, Sealer
from backend.unit_of_work import Units

BATCH = 100
# The reason that the test of scopes asks for.
EVERY_PROJECT = "a new key holds for the rows of all projects"


def sealed_columns() -> list[Column[Any]]:
    """Return every column of the house that holds sealed text.

    The row that tells a right key from a wrong one comes last: until all else is done a start with the new key alone
    is refused.
    """
    found = [column for table in SQLModel.metadata.sorted_tables for column in table.columns if _is_sealed(column)]
    return sorted(found, key=lambda column: column.table.name == InstallationRow.__tablename__)


def _is_sealed(column: Column[Any]) -> bool:
    return isinstance(column.type, Sealed)


class Resealing:
    """Goes row by row, a batch in one transaction, and skips what has the newest key already: a kill loses nothing."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units, self._sealer = units, sealer
        self._num_done = 0
        self._broken: list[str] = []

    async def run(self) -> AsyncIterator[str]:
        """Yield a line for the logs and one for each column. Raise Conflict at the end where no key opened one."""
        async with self._units.write(Everywhere(EVERY_END)) as work:
            num_signed = await sign_every_end(work.session, self._sealer)
        yield f"the log of acts: {num_signed} ends signed anew"
        for column in sealed_columns():
            if self._broken and column.table.name == InstallationRow.__tablename__:
                break
            before = self._num_done
            await self._column(column)
            yield f"{column.table.name}.{column.name}: {self._num_done - before} sealed anew"
        if self._broken:
            raise Conflict(
                f"Nothing opens {', '.join(self._broken[:5])}; it was left as it is.",
                hint="Add its key to SIGNALBOX_SECRET_KEY or enter it again, and keep the old key until then.",
            )
        yield "Everything is sealed with the newest key; older ones can be dropped from SIGNALBOX_SECRET_KEY."

    async def _column(self, column: Column[Any]) -> None:
        table = column.table
        assert isinstance(table, Table)
        [key] = table.primary_key.columns
        after = ""
        while True:
            async with self._units.write(Everywhere(EVERY_PROJECT)) as work:
                statement = select(key, column).where(key > after, column != "", column.is_not(None))
                statement = statement.order_by(key).limit(BATCH).execution_options(unscoped=EVERY_PROJECT)
                session = await work.session.connection()
                rows = (await session.execute(statement.with_for_update())).all()
                for identifier, token in rows:
                    await self._row(work.session, column, key == identifier, token, f"{table.name} {identifier}")
            if not rows:
                return
            after = rows[-1][0]

    async def _row(self, session: AsyncSession, column: Column[Any], here: Any, token: str, name: str) -> None:
        try:
            made = self._sealer.reseal(token)
        except SealBroken:
            self._broken.append(name)
            return
        if made is not None:
            table = column.table
            assert isinstance(table, Table)
            statement = update(table).where(here, column == token).values({column.name: made})
            connection = await session.connection()
            await connection.execute(statement.execution_options(unscoped=EVERY_PROJECT))
            self._num_done += 1
