"""One row out of what was said somewhere, in a dataset that may begin with it."""

from __future__ import annotations

from backend.datasets.checking import origin_of, told_of
from backend.datasets.errors import NameTaken
from backend.datasets.models import DatasetRow
from backend.datasets.repository import Datasets, Items
from backend.datasets.repository.items import values_of
from backend.datasets.service.datasets import DatasetUseCases
from backend.datasets.service.writing import checked
from backend.datasets.types import About, Act, Dataset, KeptRow, NewItem, Source, Written
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Work


class KeepingUseCases(DatasetUseCases):
    """A row that is refused makes no dataset."""

    async def named(self, operator: Operator, name: str) -> Dataset | None:
        """Return the dataset of this name. Raise InvalidInput for what is no name."""
        operator.require(Permission.DATASETS_READ)
        about = self._checked(About(name))
        async with self._units.read(operator) as session:
            datasets = Datasets(session, operator.project_id)
            row = await datasets.named(about.name)
            return await datasets.get(row.id) if row else None

    async def keep_item(
        self,
        operator: Operator,
        dataset_id: str,
        item: NewItem,
        source: Source,
        *,
        named: str = "",
        is_once: bool = False,
    ) -> KeptRow:
        """Add a row. Without an id it goes into the dataset that is `named`, made with it where there is none.

        With `is_once` the row that came from the source before is made into this one. Raise NotFound, BadRows,
        InvalidInput (the name), QuotaExceeded.
        """
        operator.require(Permission.DATASETS_EDIT)
        source = origin_of(source)
        about = None if dataset_id else self._checked(About(named))
        try:
            return await self._kept(operator, dataset_id, about, item, source, is_once=is_once)
        except NameTaken:  # somebody else began the dataset at the same moment, on Postgres: it goes into that one
            return await self._kept(operator, dataset_id, about, item, source, is_once=is_once)

    async def _kept(
        self, operator: Operator, dataset_id: str, about: About | None, item: NewItem, source: Source, *, is_once: bool
    ) -> KeptRow:
        async with self._units.write(operator) as work:
            row = await self._begun(work, operator, about) if about else await self._held(work, operator, dataset_id)
            written = await self._keep(work, operator, row, item, source, is_once=is_once)
            return KeptRow(row.id, row.name, written.rows[0], written.version)

    async def _begun(self, work: Work, operator: Operator, about: About) -> DatasetRow:
        there = await Datasets(work.session, operator.project_id).named(about.name)
        return await self._held(work, operator, there.id) if there else await self._make(work, operator, about)

    async def _held(self, work: Work, operator: Operator, dataset_id: str) -> DatasetRow:
        return await Datasets(work.session, operator.project_id).change(dataset_id)

    async def _keep(
        self, work: Work, operator: Operator, row: DatasetRow, item: NewItem, source: Source, *, is_once: bool
    ) -> Written:
        (sound,) = await checked([(1, item)], self._rules(row))
        items = Items(work.session, operator.project_id, row.id)
        there = await items.from_source(source.reference) if is_once else None
        if there is None:
            added = [values_of(new_id("item"), row.next_row, sound, source)]
            row.next_row += 1
            return await self._step(work, operator, row, Act.ADD, about=told_of(source), added=added)
        if there.content_hash == sound.content_hash:
            return Written(row.version, rows=(there.row,))
        edited = [values_of(there.item_id, there.row, sound, source)]
        return await self._step(work, operator, row, Act.EDIT, edited=edited)
