"""The next turn at a model, where several processes share it, and how fast the run of an answer may ask."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.experiments.models import ExperimentCellRow, ExperimentPaceRow, ExperimentRow


class Pace:
    """Opened for one unit of work on Postgres, by whose clock all count."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def take(self, reference: str, seconds: float) -> float:
        """Take the turn if it is free; the next is `seconds` later. Return how long to wait, nought if taken."""
        row, now = ExperimentPaceRow, func.clock_timestamp()
        after = now + literal(timedelta(seconds=seconds))
        made = insert(row).values(project_id=self._project_id, reference=reference, next_at=after)
        taken = made.on_conflict_do_update(
            index_elements=["project_id", "reference"], set_={"next_at": after}, where=col(row.next_at) <= now
        )
        connection = await self._session.connection()
        if (await connection.execute(taken.returning(col(row.reference)))).first() is not None:
            return 0.0
        left = func.extract("epoch", col(row.next_at) - now)
        statement = select(left).where(row.project_id == self._project_id, row.reference == reference)
        return max(0.001, float((await self._session.exec(statement)).one()))


async def bounds_of(session: AsyncSession, project_id: str, item_id: str, run_id: str) -> tuple[int | None, int] | None:
    """Return the calls a minute and the calls at once of the experiment that a run is for; None where for none."""
    cell, row = ExperimentCellRow, ExperimentRow
    statement = (
        select(row.definition, row.concurrency)
        .join(cell, col(cell.experiment_id) == row.id)
        .where(row.project_id == project_id, cell.project_id == project_id, cell.item_id == item_id)
        .where(cell.run_id == run_id)
    )
    found = (await session.exec(statement)).first()
    return (found[0].get("requests_per_minute"), found[1]) if found else None
