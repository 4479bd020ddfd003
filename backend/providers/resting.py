"""The rests of providers in a row of the database, for all processes on one Postgres."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from backend.ports.database import OfProject
from backend.ports.rests import Rest
from backend.providers.models import ProviderRestRow
from backend.unit_of_work import Units

# A Retry-After may name any number, and the calendar ends.
LONGEST_SECONDS = 365 * 86_400.0
KEPT = timedelta(days=1)
# The row is of no tenant: with this nothing of any tenant is seen beside it.
NOBODY = OfProject("")
logger = logging.getLogger(__name__)


class SharedRests:
    """Counts by the clock of Postgres."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def tell(self, who: str, seconds: float) -> datetime | None:
        row, now = ProviderRestRow, func.clock_timestamp()
        until = now + literal(timedelta(seconds=min(seconds, LONGEST_SECONDS)))
        made = insert(row).values(who=who, until=until)
        told = made.on_conflict_do_update(index_elements=["who"], set_={"until": made.excluded.until})
        try:
            async with self._units.write(NOBODY) as work:
                await work.session.exec(delete(row).where(col(row.until) < now - literal(KEPT)))
                connection = await work.session.connection()
                return (await connection.execute(told.returning(col(row.until)))).scalar_one()
        except Exception:  # whatever it is, the call that was refused goes on
            logger.exception("the rest of a provider could not be told to other processes")
            return None

    async def heard(self, who: str) -> Rest | None:
        row, now = ProviderRestRow, func.clock_timestamp()
        left = func.extract("epoch", col(row.until) - now)
        statement = select(col(row.until), left).where(row.who == who, col(row.until) > now)
        try:
            async with self._units.read(NOBODY) as session:
                found = (await session.exec(statement)).first()
        except Exception:  # the provider says for itself that it rests
            logger.exception("the rest of a provider could not be read")
            return None
        return Rest(found[0], max(0.0, float(found[1]))) if found else None
