"""Every statement on datasets themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.datasets.errors import DatasetNotFound
from backend.datasets.models import FOREVER, DatasetItemRow, DatasetPairRow, DatasetRow, DatasetVersionRow
from backend.datasets.types import Dataset
from backend.paging import Listed, Page


class Datasets:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: DatasetRow) -> None:
        self._session.add(row)

    async def page(self, page: Page, text: str = "") -> Listed[Dataset]:
        """Return the project's datasets, newest first; `text` is a part of the name."""
        statement = select(DatasetRow).where(DatasetRow.project_id == self._project_id)
        if text:
            statement = statement.where(col(DatasetRow.name).icontains(text, autoescape=True))
        if page.after:
            statement = statement.where(col(DatasetRow.id) < page.after)
        ordered = statement.order_by(col(DatasetRow.id).desc()).limit(page.limit + 1)
        rows = (await self._session.exec(ordered)).all()
        splits = await self._splits([row.id for row in rows])
        return Listed.cut([dataset_of(row, splits.get(row.id, {})) for row in rows], page)

    async def get(self, dataset_id: str) -> Dataset:
        """Return one with its splits. Raise DatasetNotFound."""
        row = await self.row(dataset_id)
        return dataset_of(row, (await self._splits([row.id])).get(row.id, {}))

    async def revisions(self, ids: Collection[str]) -> dict[str, int]:
        """Return the revisions of those that are there, by id."""
        ours = (DatasetRow.project_id == self._project_id, col(DatasetRow.id).in_(ids))
        return dict((await self._session.exec(select(DatasetRow.id, DatasetRow.revision).where(*ours))).all())

    async def row(self, dataset_id: str) -> DatasetRow:
        return await self._one(dataset_id, lock=False)

    async def change(self, dataset_id: str) -> DatasetRow:
        """Return the row to be written to; nobody else writes to the dataset until the unit ends."""
        return await self._one(dataset_id, lock=True)

    async def named(self, name: str) -> DatasetRow | None:
        statement = select(DatasetRow).where(DatasetRow.project_id == self._project_id, DatasetRow.name == name)
        return (await self._session.exec(statement)).first()

    async def from_sources(self, references: Sequence[str]) -> Sequence[tuple[str, DatasetItemRow]]:
        """Return the newest rows that came from these places, each with the name of its dataset."""
        statement = (
            select(DatasetRow.name, DatasetItemRow)
            .join(DatasetItemRow, col(DatasetItemRow.dataset_id) == DatasetRow.id)
            .where(
                DatasetItemRow.project_id == self._project_id,
                DatasetRow.project_id == self._project_id,
                DatasetItemRow.valid_to == FOREVER,
                col(DatasetItemRow.source_reference).in_(references),
            )
            .order_by(DatasetRow.name, col(DatasetItemRow.row))
        )
        return (await self._session.exec(statement)).all()

    async def remove(self, dataset_id: str) -> None:
        """Take a dataset away with all of its rows and versions."""
        for row, of_dataset in (
            (DatasetItemRow, col(DatasetItemRow.dataset_id)),
            (DatasetVersionRow, col(DatasetVersionRow.dataset_id)),
            (DatasetPairRow, col(DatasetPairRow.dataset_id)),
            (DatasetRow, col(DatasetRow.id)),
        ):
            statement = delete(row).where(col(row.project_id) == self._project_id, of_dataset == dataset_id)
            await self._session.exec(statement)

    async def _one(self, dataset_id: str, *, lock: bool) -> DatasetRow:
        statement = select(DatasetRow).where(DatasetRow.project_id == self._project_id, DatasetRow.id == dataset_id)
        row = (
            await self._session.exec(
                statement.with_for_update().execution_options(populate_existing=True) if lock else statement
            )
        ).first()
        if row is None:
            raise DatasetNotFound
        return row

    async def _splits(self, ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return per dataset how many of its newest rows stand in each split."""
        dataset, split = col(DatasetItemRow.dataset_id), col(DatasetItemRow.split)
        statement = (
            select(dataset, split, func.count())
            .where(
                col(DatasetItemRow.project_id) == self._project_id,
                dataset.in_(ids),
                col(DatasetItemRow.valid_to) == FOREVER,
            )
            .group_by(dataset, split)
            .order_by(split)
        )
        found: dict[str, dict[str, int]] = {}
        for dataset_id, name, number in (await self._session.exec(statement)).all():
            found.setdefault(dataset_id, {})[name] = number
        return found


def dataset_of(row: DatasetRow, splits: dict[str, int]) -> Dataset:
    return Dataset(
        id=row.id,
        name=row.name,
        description=row.description,
        tags=tuple(row.tags),
        input_schema=row.input_schema,
        expected_schema=row.expected_schema,
        revision=row.revision,
        version=row.version,
        num_items=row.num_items,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        splits=splits,
    )
