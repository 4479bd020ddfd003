"""Pairs of inputs that are nearly the same and meant to be so."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.datasets.models import DatasetPairRow

Pair = tuple[str, str]


def pair_of(one: str, other: str) -> Pair:
    """Return two hashes as a pair is kept."""
    return (one, other) if one <= other else (other, one)


class Pairs:
    """Opened for one unit of work and one dataset."""

    def __init__(self, session: AsyncSession, project_id: str, dataset_id: str) -> None:
        self._session, self._project_id, self._dataset_id = session, project_id, dataset_id

    async def all(self) -> set[Pair]:
        statement = select(DatasetPairRow.one, DatasetPairRow.other).where(*self._own())
        return {(one, other) for one, other in await self._session.exec(statement)}

    async def keep(self, pair: Pair, by: str) -> None:
        """Keep a pair, once; whoever asks holds the dataset."""
        if pair not in await self.all():
            one, other = pair
            dataset_id, project_id = self._dataset_id, self._project_id
            row = DatasetPairRow(dataset_id=dataset_id, one=one, other=other, project_id=project_id, kept_by=by)
            self._session.add(row)

    async def forget(self) -> None:
        await self._session.exec(delete(DatasetPairRow).where(*self._own()))

    def _own(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (
            col(DatasetPairRow.project_id) == self._project_id,
            col(DatasetPairRow.dataset_id) == self._dataset_id,
        )
