"""Read rows of any version, and what is odd about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from backend.columns import storable
from backend.datasets.checking import input_hash
from backend.datasets.errors import VersionNotFound
from backend.datasets.models import DatasetRow
from backend.datasets.repository import Datasets, Items, Pairs, Versions
from backend.datasets.repository.items import EVERYTHING, item_of
from backend.datasets.service.datasets import FIRST_PAGE
from backend.datasets.service.group import UseCases, known
from backend.datasets.types import Change, DatasetVersion, Difference, Item, ItemFilter, KeyFit, NewItem, Sourced
from backend.errors import InvalidInput
from backend.mapped_tables import RowProblem
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page

ROWS_AT_ONCE = 500
MAX_PROBLEMS = 500
QUESTION = "question"  # as the input of flows calls it


@dataclass(frozen=True, slots=True)
class _Opened:
    dataset: DatasetRow
    items: Items
    versions: Versions
    pairs: Pairs


class ReadingUseCases(UseCases):
    """A `version` of None means the newest; every answer is of one version alone."""

    @asynccontextmanager
    async def _reading(self, operator: Operator, dataset_id: str) -> AsyncIterator[_Opened]:
        operator.require(Permission.DATASETS_READ)
        async with self._units.read(operator) as session:
            dataset = await Datasets(session, operator.project_id).row(dataset_id)
            yield _Opened(
                dataset,
                Items(session, operator.project_id, dataset_id),
                Versions(session, operator.project_id),
                Pairs(session, operator.project_id, dataset_id),
            )

    async def items(
        self,
        operator: Operator,
        dataset_id: str,
        *,
        version: int | None = None,
        wanted: ItemFilter = EVERYTHING,
        page: Page = FIRST_PAGE,
    ) -> Listed[Item]:
        """Return rows in the order they were added; `page.after` is the number of the row before. Raise NotFound."""
        after = page.number(0)
        async with self._reading(operator, dataset_id) as opened:
            at = known(opened.dataset, version)
            rows = await opened.items.page(at, _storable(wanted), after=after, limit=page.limit + 1)
        return Listed.cut([item_of(row) for row in rows], page, key="row")

    async def all_items(
        self, operator: Operator, dataset_id: str, *, version: int | None = None, wanted: ItemFilter = EVERYTHING
    ) -> list[Item]:
        """Return every row of a version, or of one split of it: at most 100,000. Raise NotFound."""
        found: list[Item] = []
        async for some in self.batches(operator, dataset_id, version=version, wanted=wanted):
            found += some
        return found

    async def batches(
        self, operator: Operator, dataset_id: str, *, version: int | None = None, wanted: ItemFilter = EVERYTHING
    ) -> AsyncIterator[list[Item]]:
        """Yield the rows of a version in parts, all of the version that was the newest at the start."""
        after = 0
        while True:
            async with self._reading(operator, dataset_id) as opened:
                version = known(opened.dataset, version)
                rows = await opened.items.page(version, _storable(wanted), after=after, limit=ROWS_AT_ONCE)
            if not rows:
                return
            yield [item_of(row) for row in rows]
            after = rows[-1].row

    async def rows(
        self, operator: Operator, dataset_id: str, numbers: Sequence[int], *, version: int | None = None
    ) -> list[Item]:
        """Return the rows of these numbers, at most 500, that the version has. Raise NotFound."""
        if len(numbers) > ROWS_AT_ONCE:
            raise InvalidInput(f"At most {ROWS_AT_ONCE} rows are read at once.")
        async with self._reading(operator, dataset_id) as opened:
            found = await opened.items.at(known(opened.dataset, version), numbers)
        return [item_of(row) for row in found]

    async def from_sources(self, operator: Operator, references: Sequence[str]) -> list[Sourced]:
        """Return the newest rows that came from these places, as from messages of the log."""
        operator.require(Permission.DATASETS_READ)
        async with self._units.read(operator) as session:
            found = await Datasets(session, operator.project_id).from_sources(references)
        return [Sourced(row.dataset_id, name, item_of(row)) for name, row in found]

    async def order(
        self, operator: Operator, dataset_id: str, *, version: int | None = None, wanted: ItemFilter = EVERYTHING
    ) -> tuple[int, list[int]]:
        """Return the version and the numbers of all its rows that match, newest first. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            at = known(opened.dataset, version)
            return at, await opened.items.numbers(at, _storable(wanted))

    async def count_items(
        self, operator: Operator, dataset_id: str, *, version: int | None = None, wanted: ItemFilter = EVERYTHING
    ) -> int:
        """Return how many rows of a version match. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            return await opened.items.count(known(opened.dataset, version), _storable(wanted))

    async def splits(self, operator: Operator, dataset_id: str, *, version: int | None = None) -> dict[str, int]:
        """Return how many rows of a version stand in each split, the empty name for none. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            return await opened.items.splits(known(opened.dataset, version))

    async def tags(self, operator: Operator, dataset_id: str, *, version: int | None = None) -> list[str]:
        """Return every tag that rows of a version have. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            return await opened.items.tags(known(opened.dataset, version))

    async def main_field(self, operator: Operator, dataset_id: str) -> str:
        """Return the field of the input that holds the question, by schema or newest row. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            row = opened.dataset
            newest = await opened.items.newest(row.version)
        schema = row.input_schema or {}
        required, properties = schema.get("required"), schema.get("properties")
        fields = [*(required if isinstance(required, list) else ())]
        fields += properties if isinstance(properties, dict) else ()
        fields += [name for item in newest for name, value in item.input.items() if isinstance(value, str)]
        return str(fields[0]) if fields else QUESTION

    async def key_fit(self, operator: Operator, dataset_id: str, given: dict[str, Any]) -> KeyFit:
        """Compare the keys of an input with those of the first rows, and look for it among all. Raise NotFound."""
        rows = (await self.items(operator, dataset_id, page=Page(MAX_LIMIT))).items
        if not rows:
            return KeyFit()
        hashed = input_hash(NewItem(given))
        async with self._reading(operator, dataset_id) as opened:
            there = await opened.items.hashes_there([hashed])
        keys = [set(one.input) for one in rows]
        missing, unknown = set.intersection(*keys) - set(given), set(given) - set[str]().union(*keys)
        return KeyFit(tuple(sorted(missing)), tuple(sorted(unknown)), there.get(hashed, 0))

    async def list_versions(
        self, operator: Operator, dataset_id: str, page: Page = FIRST_PAGE
    ) -> Listed[DatasetVersion]:
        """Return versions, newest first; `page.after` is the number of the one before. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            return await opened.versions.page(dataset_id, page)

    async def get_version(self, operator: Operator, dataset_id: str, number: int) -> DatasetVersion:
        """Return one version. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            found = await opened.versions.get(dataset_id, known(opened.dataset, number))
        if found is None:
            raise VersionNotFound
        return found

    async def diff(self, operator: Operator, dataset_id: str, before: int, after: int) -> Difference:
        """Return which rows differ between two versions, newest first. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            changed = await opened.items.changed(known(opened.dataset, before), known(opened.dataset, after))
        numbers = sorted(changed, reverse=True)
        return Difference(
            added=tuple(one for one in numbers if changed[one][0] is None),
            edited=tuple(one for one in numbers if None not in changed[one]),
            removed=tuple(one for one in numbers if changed[one][1] is None),
        )

    async def changes(
        self, operator: Operator, dataset_id: str, before: int, after: int, numbers: Sequence[int]
    ) -> list[Change]:
        """Return rows of these numbers, at most 500, as two versions have them. Raise NotFound."""
        old = {item.row: item for item in await self.rows(operator, dataset_id, numbers, version=before)}
        new = {item.row: item for item in await self.rows(operator, dataset_id, numbers, version=after)}
        there = sorted(old.keys() | new.keys(), reverse=True)
        return [Change(number, old.get(number), new.get(number)) for number in there]

    async def duplicates(
        self, operator: Operator, dataset_id: str, *, version: int | None = None
    ) -> list[tuple[int, ...]]:
        """Return the numbers of rows whose inputs are equal, a tuple for each input. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            return await opened.items.duplicates(known(opened.dataset, version))

    async def misfits(self, operator: Operator, dataset_id: str, *, version: int | None = None) -> list[RowProblem]:
        """Return what rows of a version break of the schemas that hold now, the first 500 of it. Raise NotFound."""
        async with self._reading(operator, dataset_id) as opened:
            rules = self._rules(opened.dataset)
        found: list[RowProblem] = []
        if rules.input is None and rules.expected_output is None:
            return found
        async for some in self.batches(operator, dataset_id, version=version):
            for item in some:
                found += rules.problems(item.row, NewItem(item.input, item.expected_output))
            if len(found) >= MAX_PROBLEMS:
                break
            await asyncio.sleep(0)  # others take their turn between parts
        return found[:MAX_PROBLEMS]


def _storable(wanted: ItemFilter) -> ItemFilter:
    return ItemFilter(storable(wanted.split), storable(wanted.tag), storable(wanted.text))
