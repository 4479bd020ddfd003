"""What the engine writes: claims of experiments and cells, answers, ends. Every write is held to one attempt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.experiments.errors import AttemptLost
from backend.experiments.models import NOBODYS, REMOVED, ExperimentCellRow, ExperimentRow
from backend.experiments.types import CellStatus, Status
from backend.flows.models import RunRow
from backend.ids import new_id

# The reason that the test of scopes asks for.
EVERY_PROJECT = "the engine carries the experiments of all projects"
CELLS: Table = ExperimentCellRow.__table__  # type: ignore[attr-defined]
WRITTEN = ("status", "tries", "output", "detail", "scores", "error", "run_id", "tokens_in", "tokens_out", "cost",
           "judge_cost", "latency_ms", "finished_at")  # fmt: skip
# A cell as the attempt holds it that claimed it: another one has taken it since where its number is not the same.
CLAIMED = (
    CELLS.c.project_id == bindparam("b_project"),
    CELLS.c.experiment_id == bindparam("b_experiment"),
    CELLS.c.number == bindparam("b_number"),
    CELLS.c.attempt == bindparam("b_attempt"),
)
# Built once: making a statement anew costs more than running it.
WRITE = update(CELLS).where(*CLAIMED).values({name: bindparam(f"v_{name}") for name in WRITTEN})
NAME = update(CELLS).where(*CLAIMED).values(run_id=bindparam("v_run_id"))
EXPERIMENTS: Table = ExperimentRow.__table__  # type: ignore[attr-defined]
HOLD = (
    update(EXPERIMENTS)
    .where(
        EXPERIMENTS.c.project_id == bindparam("b_project"),
        EXPERIMENTS.c.id == bindparam("b_experiment"),
        EXPERIMENTS.c.attempt == bindparam("b_attempt"),
        EXPERIMENTS.c.status == Status.RUNNING.value,
    )
    .values(updated_at=bindparam("v_moment"))
    .returning(EXPERIMENTS.c.wish)
)


class Ownership:
    """Opened for one unit of work. Only the engine asks it: an operator never does."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, experiment_id: str, moment: datetime) -> ExperimentRow | None:
        """Begin a new attempt at an open experiment; what an earlier one had claimed waits again. None if it is not."""
        statement = (
            update(ExperimentRow)
            .where(
                col(ExperimentRow.id) == experiment_id,
                col(ExperimentRow.status).in_([Status.QUEUED.value, Status.RUNNING.value]),
            )
            .values(status=Status.RUNNING.value, attempt=ExperimentRow.attempt + 1, updated_at=moment)
            .returning(col(ExperimentRow.attempt))
        )
        taken = (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).first()
        if taken is None:
            return None
        row = await self.row(experiment_id)
        assert row is not None
        await self._session.exec(
            update(ExperimentCellRow)
            .where(*_of(row), col(ExperimentCellRow.status) == CellStatus.RUNNING.value)
            .values(status=CellStatus.PENDING.value)
        )
        return row

    async def row(self, experiment_id: str) -> ExperimentRow | None:
        statement = select(ExperimentRow).where(ExperimentRow.id == experiment_id)
        options = {"unscoped": EVERY_PROJECT, "populate_existing": True}
        return (await self._session.exec(statement.execution_options(**options))).first()

    async def rested(self, moment: datetime) -> Sequence[tuple[str, str, str]]:
        """Return project, kind and id of the paused experiments that are to go on by themselves by now."""
        statement = select(ExperimentRow.project_id, ExperimentRow.kind, ExperimentRow.id).where(
            col(ExperimentRow.status) == Status.PAUSED.value, col(ExperimentRow.resumes_at) <= moment
        )
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def hold(self, row: ExperimentRow, moment: datetime) -> str:
        """Say that the attempt is alive, and return what is wished of it. Raise AttemptLost. Locks until the end."""
        given = {
            "b_project": row.project_id, "b_experiment": row.id, "b_attempt": row.attempt, "v_moment": moment
        }  # fmt: skip
        wish = (await (await self._session.connection()).execute(HOLD, given)).first()
        if wish is None:
            raise AttemptLost("Another process carries this experiment now.")
        return str(wish[0])

    async def make(self, row: ExperimentRow, cells: Sequence[dict[str, Any]], num_made: int) -> None:
        """Write the next cells; after `hold` in the same unit."""
        await (await self._session.connection()).execute(insert(CELLS), list(cells))
        await self._session.exec(
            update(ExperimentRow)
            .where(*_ours(row))
            .values(num_made=num_made)
            .execution_options(synchronize_session=False)
        )

    async def leave_out(self, row: ExperimentRow, item_ids: Collection[str]) -> None:
        """Let nobody be asked about rows that were removed while their cells were made."""
        gone = {"status": CellStatus.SKIPPED.value, "attempt": NOBODYS, "error": REMOVED}
        gone |= {"output": "", "detail": {}, "scores": {}, "run_id": ""}  # also where the answer was taken over
        statement = update(ExperimentCellRow).where(*_of(row), col(ExperimentCellRow.item_id).in_(item_ids))
        await self._session.exec(statement.values(**gone).execution_options(synchronize_session=False))

    async def take(self, row: ExperimentRow, after: int, limit: int) -> Sequence[ExperimentCellRow]:
        """Claim the next waiting cells behind a number, answered ones to be judged among them; after `hold`."""
        waiting = [CellStatus.PENDING.value, CellStatus.ANSWERED.value]
        statement = (
            select(ExperimentCellRow)
            .where(*_of(row), col(ExperimentCellRow.number) > after, col(ExperimentCellRow.status).in_(waiting))
            .order_by(col(ExperimentCellRow.number))
            .limit(limit)
        )
        cells = (await self._session.exec(statement)).all()
        if cells:
            numbers = [cell.number for cell in cells]
            await self._session.exec(
                update(ExperimentCellRow)
                .where(*_of(row), col(ExperimentCellRow.number).in_(numbers))
                .values(
                    attempt=row.attempt,
                    status=func.replace(ExperimentCellRow.status, CellStatus.PENDING.value, CellStatus.RUNNING.value),
                )
                .execution_options(synchronize_session=False)
            )
        return cells

    async def name_runs(self, row: ExperimentRow, cells: Sequence[ExperimentCellRow]) -> None:
        """Name the run that is to answer each waiting cell before it begins; after `take` in the same unit.

        One that was begun by an attempt that broke off keeps its name: it is waited for, and nothing is done twice.
        """
        named = [cell.run_id for cell in cells if cell.run_id]
        statement = select(RunRow.id).where(RunRow.project_id == row.project_id, col(RunRow.id).in_(named))
        begun = set((await self._session.exec(statement)).all()) if named else set()
        new = [cell for cell in cells if cell.status == CellStatus.PENDING and cell.run_id not in begun]
        for cell in new:
            cell.run_id = new_id("run")
        of = {"b_project": row.project_id, "b_experiment": row.id, "b_attempt": row.attempt}
        if new:
            given = [{**of, "b_number": cell.number, "v_run_id": cell.run_id} for cell in new]
            await (await self._session.connection()).execute(NAME, given)

    async def write(self, row: ExperimentRow, cells: Sequence[ExperimentCellRow]) -> None:
        """Write what became of cells, but of those that became another's meanwhile or nobody's; after `hold`."""
        given = [
            {
                "b_project": row.project_id,
                "b_experiment": row.id,
                "b_number": cell.number,
                "b_attempt": cell.attempt,
                **{f"v_{name}": getattr(cell, name) for name in WRITTEN},
            }
            for cell in cells
        ]
        await (await self._session.connection()).execute(WRITE, given)

    async def keep_scores(self, row: ExperimentRow, cells: Sequence[ExperimentCellRow]) -> None:
        """Put what stands in the record beside the scores of cells: people score meanwhile. Locks until the end."""
        of_number = {cell.number: cell for cell in cells}
        statement = select(ExperimentCellRow.number, ExperimentCellRow.scores).where(
            *_of(row), col(ExperimentCellRow.number).in_(of_number)
        )
        for number, scores in (await self._session.exec(statement.with_for_update())).all():
            of_number[number].scores = {**scores, **of_number[number].scores}

    async def end(
        self, row: ExperimentRow, moment: datetime, *, status: Status, resumes_at: datetime | None = None, **said: str
    ) -> None:
        """Close the attempt. Claimed cells wait again; where nothing will ask them any more they are skipped."""
        unasked, left = CellStatus.PENDING.value, [CellStatus.RUNNING.value]
        if status in (Status.DONE, Status.CANCELLED):
            unasked, left = CellStatus.SKIPPED.value, [*left, CellStatus.PENDING.value, CellStatus.ANSWERED.value]
        await self._session.exec(
            update(ExperimentCellRow)
            .where(*_of(row), col(ExperimentCellRow.status).in_(left))
            .values(status=unasked)
            .execution_options(synchronize_session=False)
        )
        ended = moment if status.is_final else None
        raised = row.attempt + 1 if status is Status.QUEUED else row.attempt
        statement = (
            update(ExperimentRow)
            .where(*_ours(row))
            .values(status=status.value, wish="", attempt=raised, finished_at=ended, updated_at=moment, **said)
            .values(resumes_at=resumes_at)
            .execution_options(synchronize_session=False)
        )
        if not (await self._session.exec(statement)).rowcount:
            raise AttemptLost("Another process carries this experiment now.")

    async def queued(self) -> Sequence[tuple[str, int]]:
        """Return id and attempt of what waits for somebody who carries it."""
        row = ExperimentRow
        statement = select(row.id, row.attempt).where(row.status == Status.QUEUED.value).limit(500)
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()

    async def running(self) -> Sequence[tuple[str, int, datetime]]:
        """Return id and attempt of what somebody carries, and when the record last heard of them, by their clock."""
        row = ExperimentRow
        statement = select(row.id, row.attempt, row.updated_at).where(row.status == Status.RUNNING.value)
        return (await self._session.exec(statement.execution_options(unscoped=EVERY_PROJECT))).all()


def _of(row: ExperimentRow) -> tuple[Any, ...]:
    return (
        col(ExperimentCellRow.project_id) == row.project_id,
        col(ExperimentCellRow.experiment_id) == row.id,
    )


def _ours(row: ExperimentRow) -> tuple[Any, ...]:
    return (
        col(ExperimentRow.project_id) == row.project_id,
        col(ExperimentRow.id) == row.id,
        col(ExperimentRow.attempt) == row.attempt,
        col(ExperimentRow.status) == Status.RUNNING.value,
    )
