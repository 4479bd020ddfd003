"""Every statement on cells that an operator asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from pydantic_core import from_json
from sqlalchemy import BigInteger, String, and_, bindparam, case, cast, func, or_, type_coerce, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import BILLION
from backend.experiments.models import NOBODYS, ExperimentCellRow
from backend.experiments.node_types import ABSENT
from backend.experiments.types import HAS_UNPRICED, IN_VAIN, OVERALL, UNOPPOSED, CellStatus, Progress


class Cells:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def page(
        self,
        experiment_id: str,
        *,
        after: int,
        limit: int,
        statuses: Sequence[CellStatus] = (),
        variant: int | None = None,
    ) -> Sequence[ExperimentCellRow]:
        """Return one cell more than asked for, in the order of asking."""
        statement = select(ExperimentCellRow).where(*self._of(experiment_id), col(ExperimentCellRow.number) > after)
        if statuses:
            statement = statement.where(col(ExperimentCellRow.status).in_([one.value for one in statuses]))
        if variant is not None:
            statement = statement.where(ExperimentCellRow.variant == variant)
        return (await self._session.exec(statement.order_by(col(ExperimentCellRow.number)).limit(limit + 1))).all()

    async def one(self, experiment_id: str, number: int, *, lock: bool = False) -> ExperimentCellRow | None:
        statement = select(ExperimentCellRow).where(*self._of(experiment_id), ExperimentCellRow.number == number)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def numbered(self, experiment_id: str, numbers: Sequence[int]) -> Sequence[ExperimentCellRow]:
        statement = select(ExperimentCellRow).where(
            *self._of(experiment_id), col(ExperimentCellRow.number).in_(numbers)
        )
        return (await self._session.exec(statement.order_by(col(ExperimentCellRow.number)))).all()

    async def made(self, experiment_id: str) -> dict[int, int]:
        """Return how many cells there are of each row, by its number."""
        row = col(ExperimentCellRow.row)
        statement = select(row, func.count()).where(*self._of(experiment_id)).group_by(row)
        return dict((await self._session.exec(statement)).all())

    async def scores(self, experiment_id: str) -> Sequence[tuple[int, dict[str, Any]]]:
        """Return the number and the scores of every answer, in the order of asking."""
        statement = (
            select(col(ExperimentCellRow.number), col(ExperimentCellRow.scores))
            .where(*self._of(experiment_id), ExperimentCellRow.status == CellStatus.DONE.value)
            .order_by(col(ExperimentCellRow.number))
        )
        return [(one[0], one[1]) for one in (await self._session.exec(statement)).all()]

    async def rejudge(
        self, experiment_id: str, alone: Collection[str], pairs: Collection[str], row: int | None = None
    ) -> int:
        """Take away the scores that these evaluators failed to give, so that they are asked again; return of how many.

        An answer waits to be judged then, unless only those of `pairs` are asked, which have a pass of their own.
        With `row` those of one row alone.
        """
        words, cell = cast(ExperimentCellRow.scores, String), ExperimentCellRow
        marked = or_(words.contains('"error"'), words.contains(UNOPPOSED))
        statement = select(col(cell.number), col(cell.scores)).where(
            *self._of(experiment_id), cell.status == CellStatus.DONE.value, marked
        )
        if row is not None:
            statement = statement.where(cell.row == row)
        changed = []
        for number, scores in (await self._session.exec(statement.with_for_update())).all():
            lost = {name for name in alone if _may_be_told(scores.get(name, {}))}
            status = CellStatus.ANSWERED if lost else CellStatus.DONE
            lost |= {name for name in pairs if _lacks_a_pair(scores.get(name, {}))}
            if lost:
                kept = {name: score for name, score in scores.items() if name not in (*lost, OVERALL)}
                changed.append({"b_number": number, "v_scores": kept, "v_status": status.value})
        if changed:
            theirs = (*self._of(experiment_id), col(cell.number) == bindparam("b_number"))
            values: dict[str, Any] = {"scores": bindparam("v_scores"), "status": bindparam("v_status")}
            await (await self._session.connection()).execute(update(cell).where(*theirs).values(**values), changed)
        return len(changed)

    async def of_rows(
        self, experiment_id: str, rows: Sequence[int], variants: Sequence[int]
    ) -> Sequence[ExperimentCellRow]:
        statement = select(ExperimentCellRow).where(
            *self._of(experiment_id),
            col(ExperimentCellRow.row).in_(rows),
            col(ExperimentCellRow.variant).in_(variants),
        )
        return (await self._session.exec(statement.order_by(col(ExperimentCellRow.number)))).all()

    async def numbers(self, experiment_id: str) -> Sequence[tuple[Any, ...]]:
        """Return (row, variant, repetition, status, scores, cost, latency) of every cell, as bare columns.

        The cost is None where the answer took tokens of a model without a price, be it one of several: beside another
        it would cost less.

        A hundred thousand are read at once: past the row objects, with scores as text that a thread takes apart, they
        take half the time, and hold nobody else up.
        """
        cell = ExperimentCellRow
        has_price = col(cell.detail)[HAS_UNPRICED].as_string().is_(None)
        statement = select(
            col(cell.row),
            col(cell.variant),
            col(cell.repetition),
            col(cell.status),
            cast(cell.scores, String),
            type_coerce(case((has_price, col(cell.cost))), BigInteger),
            col(cell.latency_ms),
        ).where(*self._of(experiment_id))  # type: ignore[call-overload]
        found = await (await self._session.connection()).execute(statement)
        return await asyncio.to_thread(_numbers, found.all())

    async def progress(self, experiment_ids: Sequence[str]) -> dict[str, Progress]:
        """Return what stands in the cells of each experiment; one without cells is not in it."""
        cell, paid = ExperimentCellRow, ~col(ExperimentCellRow.taken_over)
        unpriced = cast(cell.detail, String).contains(f'"{HAS_UNPRICED}"')
        lasting = or_(cast(cell.detail, String).contains(f'"{IN_VAIN}"'), col(cell.attempt) == NOBODYS)
        statement = (
            select(
                col(cell.experiment_id),
                col(cell.status),
                func.count(),
                *(func.sum(one).filter(paid) for one in (cell.cost, cell.tokens_in, cell.tokens_out)),
                func.sum(cell.judge_cost),
                func.sum(case((and_(col(cell.status) == CellStatus.FAILED.value, lasting), 1), else_=0)),
                func.sum(cell.num_changes),
                func.sum(case((and_(col(cell.cost) == 0, unpriced), 1), else_=0)),
            )  # type: ignore[call-overload]
            .where(col(cell.project_id) == self._project_id, col(cell.experiment_id).in_(experiment_ids))
            .group_by(col(cell.experiment_id), col(cell.status))
        )
        found: dict[str, dict[str, tuple[Any, ...]]] = {}
        for experiment_id, status, *sums in (await self._session.exec(statement)).all():
            found.setdefault(experiment_id, {})[status] = tuple(sums)
        return {experiment_id: _progress(by_status) for experiment_id, by_status in found.items()}

    async def last_of(self, item_ids: Sequence[str]) -> Sequence[ExperimentCellRow]:
        """Return how each of these rows was answered in the last experiment that asked for an answer to it."""
        cell = ExperimentCellRow
        asked = (
            col(cell.project_id) == self._project_id,
            col(cell.item_id).in_(item_ids),
            col(cell.status).in_((CellStatus.DONE.value, CellStatus.FAILED.value)),
            ~col(cell.taken_over),
        )
        newest = select(col(cell.item_id), func.max(cell.experiment_id)).where(*asked).group_by(col(cell.item_id))
        last = dict((await self._session.exec(newest)).all())
        of_last = col(cell.experiment_id).in_(set(last.values()))
        found = await self._session.exec(select(cell).where(*asked, of_last).order_by(col(cell.number)))
        return [one for one in found if last[one.item_id] == one.experiment_id]

    async def seen(self, model_variants: Sequence[tuple[str, int]]) -> list[tuple[float, float, float]]:
        """Return (latency, tokens in, tokens out) of up to 200 answers of these (experiment, variant)."""
        found: list[tuple[float, float, float]] = []
        for experiment_id, variant in model_variants:
            statement = (
                select(
                    col(ExperimentCellRow.latency_ms),
                    col(ExperimentCellRow.tokens_in),
                    col(ExperimentCellRow.tokens_out),
                )
                .where(
                    *self._of(experiment_id),
                    ExperimentCellRow.variant == variant,
                    ExperimentCellRow.status == CellStatus.DONE.value,
                )
                .limit(200)
            )
            found += [(one[0], one[1], one[2]) for one in (await self._session.exec(statement)).all()]
        return found

    def _of(self, experiment_id: str) -> tuple[Any, ...]:
        return (
            ExperimentCellRow.project_id == self._project_id,
            ExperimentCellRow.experiment_id == experiment_id,
        )


def _numbers(found: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return cells with their scores read, and their cost in dollars."""
    return [
        (row, variant, repetition, status, from_json(scores), None if cost is None else cost / BILLION, latency)
        for row, variant, repetition, status, scores, cost, latency in found
    ]


def _may_be_told(score: dict[str, Any]) -> bool:
    """Tell whether a score failed that may not fail again: a node that is not there is asked for in vain."""
    return "error" in score and score.get("label") != ABSENT


def _lacks_a_pair(score: dict[str, Any]) -> bool:
    return "error" in score or score.get("label") == UNOPPOSED


def _progress(by_status: dict[str, tuple[Any, ...]]) -> Progress:
    def count(*statuses: CellStatus) -> int:
        return sum(int(by_status[one][0]) for one in statuses if one in by_status)

    def total(place: int) -> Any:
        return sum(sums[place] or 0 for sums in by_status.values())

    return Progress(
        num_cells=sum(int(sums[0]) for sums in by_status.values()),
        num_done=count(CellStatus.DONE),
        num_failed=count(CellStatus.FAILED),
        num_running=count(CellStatus.RUNNING, CellStatus.ANSWERED),
        num_skipped=count(CellStatus.SKIPPED),
        cost=Decimal(total(1) + total(4)),
        judge_cost=Decimal(total(4)),
        tokens_in=int(total(2)),
        tokens_out=int(total(3)),
        num_judged=count(CellStatus.ANSWERED),
        num_in_vain=int(total(5)),
        num_changes=int(total(6)),
        num_unpriced=int(total(7)),
    )
