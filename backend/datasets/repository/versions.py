"""Every statement on versions."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.datasets.models import DatasetVersionRow
from backend.datasets.types import Act, DatasetVersion
from backend.paging import MAX_NUMBER, Listed, Page


class Versions:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: DatasetVersionRow) -> None:
        self._session.add(row)

    async def page(self, dataset_id: str, page: Page) -> Listed[DatasetVersion]:
        """Return versions, newest first; `page.after` is the number of the one before them."""
        number = col(DatasetVersionRow.number)
        statement = select(DatasetVersionRow).where(
            DatasetVersionRow.project_id == self._project_id,
            DatasetVersionRow.dataset_id == dataset_id,
            number < page.number(MAX_NUMBER),
        )
        rows = (await self._session.exec(statement.order_by(number.desc()).limit(page.limit + 1))).all()
        return Listed.cut([version_of(row) for row in rows], page, key="number")

    async def get(self, dataset_id: str, number: int) -> DatasetVersion | None:
        statement = select(DatasetVersionRow).where(
            DatasetVersionRow.project_id == self._project_id,
            DatasetVersionRow.dataset_id == dataset_id,
            DatasetVersionRow.number == number,
        )
        row = (await self._session.exec(statement)).first()
        return version_of(row) if row else None


def version_of(row: DatasetVersionRow) -> DatasetVersion:
    return DatasetVersion(
        number=row.number,
        act=Act(row.act),
        about=row.about,
        num_items=row.num_items,
        num_added=row.num_added,
        num_edited=row.num_edited,
        num_removed=row.num_removed,
        created_at=row.created_at,
        created_by=row.created_by,
    )
