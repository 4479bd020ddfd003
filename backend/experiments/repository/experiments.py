"""Every statement on experiments that an operator asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.experiments.errors import EXPERIMENT, ExperimentNotFound
from backend.experiments.models import NOBODYS, ExperimentCellRow, ExperimentRow, PublishRequirementRow
from backend.experiments.types import CellStatus, Status
from backend.paging import Page


class Experiments:
    """Opened for one unit of work; sees one project, and there experiments or judgements."""

    def __init__(self, session: AsyncSession, project_id: str, kind: str = EXPERIMENT) -> None:
        self._session, self._project_id, self._kind = session, project_id, kind

    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        return col(ExperimentRow.project_id) == self._project_id, col(ExperimentRow.kind) == self._kind

    def add(self, row: ExperimentRow | PublishRequirementRow) -> None:
        self._session.add(row)

    async def get(self, experiment_id: str, *, lock: bool = False) -> ExperimentRow:
        """Return the row; locked, nobody else writes to it until the unit ends. Raise ExperimentNotFound."""
        statement = select(ExperimentRow).where(*self._ours(), ExperimentRow.id == experiment_id)
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise ExperimentNotFound(self._kind)
        return row

    async def among(self, experiment_ids: Collection[str]) -> dict[str, ExperimentRow]:
        statement = select(ExperimentRow).where(*self._ours(), col(ExperimentRow.id).in_(experiment_ids))
        return {row.id: row for row in await self._session.exec(statement)}

    async def page(
        self, page: Page, *, dataset_id: str = "", statuses: Collection[Status] = ()
    ) -> Sequence[ExperimentRow]:
        """Return one row more than asked for, newest first."""
        statement = select(ExperimentRow).where(*self._ours())
        if dataset_id:
            statement = statement.where(ExperimentRow.dataset_id == dataset_id)
        if statuses:
            statement = statement.where(col(ExperimentRow.status).in_([one.value for one in statuses]))
        if page.after:
            statement = statement.where(col(ExperimentRow.id) < page.after)
        return (await self._session.exec(statement.order_by(col(ExperimentRow.id).desc()).limit(page.limit + 1))).all()

    async def names(self, start: str) -> Sequence[str]:
        named = col(ExperimentRow.name).startswith(start, autoescape=True)
        statement = select(ExperimentRow.name).where(*self._ours(), named)
        return (await self._session.exec(statement)).all()

    async def over(self, dataset_id: str) -> Sequence[ExperimentRow]:
        """Return the experiments over a dataset."""
        statement = select(ExperimentRow).where(*self._ours(), ExperimentRow.dataset_id == dataset_id)
        return (await self._session.exec(statement)).all()

    async def done_over(self, dataset_id: str, limit: int = 50) -> Sequence[ExperimentRow]:
        """Return the latest experiments over a dataset that ran to their end, newest first."""
        statement = select(ExperimentRow).where(
            *self._ours(),
            ExperimentRow.dataset_id == dataset_id,
            ExperimentRow.status == Status.DONE.value,
        )
        return (await self._session.exec(statement.order_by(col(ExperimentRow.id).desc()).limit(limit))).all()

    async def say(self, experiment_id: str, headline: dict[str, Any]) -> None:
        """Keep what an experiment ended in."""
        statement = update(ExperimentRow).where(*self._ours(), col(ExperimentRow.id) == experiment_id)
        await self._session.exec(statement.values(headline=headline).execution_options(synchronize_session=False))

    async def naming(self, word: str, limit: int) -> Sequence[ExperimentRow]:
        """Return the latest experiments whose wish holds a word anywhere, newest first."""
        statement = select(ExperimentRow).where(
            *self._ours(),
            cast(ExperimentRow.definition, String).contains(word, autoescape=True),
        )
        return (await self._session.exec(statement.order_by(col(ExperimentRow.id).desc()).limit(limit))).all()

    async def remove(self, row: ExperimentRow) -> None:
        """Take an experiment away with its cells."""
        ours = ExperimentCellRow.project_id == self._project_id
        await self._session.exec(
            delete(ExperimentCellRow).where(ours, col(ExperimentCellRow.experiment_id) == row.id)  # type: ignore[arg-type]
        )
        await self._session.delete(row)

    async def reopen(self, experiment_id: str, *, with_skipped: bool, number: int | None = None) -> int:
        """Let failed cells wait again, and skipped ones where asked, or one by its number; return how many wait now.

        An answer that was taken over waits for its evaluators alone, and what one cost that failed was paid elsewhere.
        """
        statuses = [CellStatus.FAILED.value, *([CellStatus.SKIPPED.value] if with_skipped else [])]
        cell = ExperimentCellRow
        theirs = (
            col(cell.project_id) == self._project_id,
            col(cell.experiment_id) == experiment_id,
            col(cell.status).in_(statuses),
            col(cell.attempt) != NOBODYS,
            *([] if number is None else [col(cell.number) == number]),
        )
        answered = update(cell).where(*theirs, col(cell.taken_over), col(cell.status) == CellStatus.SKIPPED.value)
        num_answered = (await self._session.exec(answered.values(status=CellStatus.ANSWERED.value))).rowcount
        unpaid: dict[str, Any] = {"cost": 0, "tokens_in": 0, "tokens_out": 0, "tries": 0, "taken_over": False}
        await self._session.exec(update(cell).where(*theirs, col(cell.taken_over)).values(**unpaid))
        said: dict[str, Any] = {"error": "", "scores": {}, "output": "", "run_id": "", "finished_at": None}
        asked = await self._session.exec(update(cell).where(*theirs).values(status=CellStatus.PENDING.value, **said))
        return int(num_answered + asked.rowcount)

    async def end_all(self, moment: datetime) -> list[str]:
        """Cancel what waits of either kind, and wish it of what runs; return the ids of the latter."""
        ours = col(ExperimentRow.project_id) == self._project_id
        ended = {"status": Status.CANCELLED.value, "attempt": ExperimentRow.attempt + 1, "finished_at": moment}
        await self._session.exec(
            update(ExperimentRow).where(ours, col(ExperimentRow.status) == Status.QUEUED.value).values(**ended)
        )
        statement = update(ExperimentRow).where(ours, col(ExperimentRow.status) == Status.RUNNING.value)
        asked = await self._session.exec(statement.values(wish="cancel").returning(col(ExperimentRow.id)))
        return list(asked.scalars())

    async def requirement(self, kind: str, subject_id: str) -> PublishRequirementRow | None:
        statement = select(PublishRequirementRow).where(
            PublishRequirementRow.project_id == self._project_id,
            PublishRequirementRow.kind == kind,
            PublishRequirementRow.subject_id == subject_id,
        )
        return (await self._session.exec(statement)).first()

    async def drop_requirement(self, kind: str, subject_id: str) -> None:
        await self._session.exec(
            delete(PublishRequirementRow).where(
                col(PublishRequirementRow.project_id) == self._project_id,
                col(PublishRequirementRow.kind) == kind,
                col(PublishRequirementRow.subject_id) == subject_id,
            )
        )
