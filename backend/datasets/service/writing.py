"""Add, edit and delete rows: each act is one version, or a refusal that leaves everything as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.datasets.checking import Prepared, Rules, origin_of, parted, prepared, problems_of, told_of
from backend.datasets.errors import ItemNotFound, StaleDataset, StaleItem
from backend.datasets.generation_types import MAX_ASKED, MAX_EXAMPLES
from backend.datasets.models import DatasetItemRow, DatasetRow
from backend.datasets.repository import Datasets, Items, Origins
from backend.datasets.repository.items import move_sources, values_of
from backend.datasets.repository.origins import move_origins
from backend.datasets.service.group import UseCases
from backend.datasets.types import (
    BY_HAND,
    MAX_CHANGED,
    MAX_ITEMS,
    Act,
    ItemEdit,
    NewItem,
    Source,
    SourceKind,
    Written,
)
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.mapped_tables import BadRows, RowProblem
from backend.operator import Operator, Permission
from backend.unit_of_work import Work

ROWS_AT_ONCE = 500
Numbered = tuple[int, NewItem]


class WritingUseCases(UseCases):
    """Rows are checked before the transaction begins, so that a large import holds nobody up for long."""

    async def moved(self, work: Work, project_id: str, places: Mapping[str, tuple[str, str]]) -> None:
        """Let rows that were made of messages be found by those that follow them, in the unit that writes these."""
        for reference, (_, to) in places.items():
            await move_sources(work.session, project_id, reference, to)
            await move_origins(work.session, project_id, reference, to)

    async def add_items(  # the words of a row's origin name themselves
        self,
        operator: Operator,
        dataset_id: str,
        items: Sequence[NewItem],
        source: Source = BY_HAND,
        *,
        skip_duplicates: bool = False,
        generated_from: Sequence[int] = (),
    ) -> Written:
        """Add rows in this order. `skip_duplicates` leaves out inputs that the dataset has, or that came before.

        `generated_from` are the rows by which a model wrote these, which go with whatever those go with. Raise
        NotFound, BadRows (rows count from 1), QuotaExceeded, InvalidInput, Conflict (such a row was removed).
        """
        numbered = list(enumerate(items, start=1))
        return await self.add_numbered(
            operator, dataset_id, numbered, source, skip_duplicates=skip_duplicates, generated_from=generated_from
        )

    async def add_numbered(
        self,
        operator: Operator,
        dataset_id: str,
        items: Sequence[Numbered],
        source: Source,
        *,
        skip_duplicates: bool = False,
        generated_from: Sequence[int] = (),
    ) -> Written:
        """Add rows that a file numbers in its own way, which refusals name."""
        operator.require(Permission.DATASETS_EDIT)
        if not items:
            raise InvalidInput("There is no row to add.")
        if len(items) > MAX_ITEMS:
            raise InvalidInput(f"A dataset has at most {MAX_ITEMS:,} rows.", hint="Split it into parts.")
        _check_origins(generated_from, source, len(items))
        async with self._units.read(operator) as session:
            seen = await Datasets(session, operator.project_id).row(dataset_id)
            revision, rules = seen.revision, self._rules(seen)
        sound = await checked(items, rules)
        source = origin_of(source)
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            if row.revision != revision:
                raise StaleDataset
            gone_by = await _gone_by(work, row, generated_from)
            kept = sound
            if skip_duplicates:
                there = Items(work.session, operator.project_id, dataset_id)
                kept = _new_ones(sound, set(await there.hashes_there([one.input_hash for one in sound])))
            first = row.next_row
            row.next_row += len(kept)
            added = [values_of(new_id("item"), first + at, one, source) for at, one in enumerate(kept)]
            act = Act.IMPORT if source.kind is SourceKind.IMPORT else Act.ADD
            await Origins(work.session, operator.project_id, row.id).note([one["item_id"] for one in added], gone_by)
            written = await self._step(work, operator, row, act, about=told_of(source), added=added)
        return replace(written, num_skipped=len(sound) - len(kept))

    async def edit_items(self, operator: Operator, dataset_id: str, edits: Sequence[ItemEdit]) -> Written:
        """Replace rows. Raise NotFound, Conflict (a row changed since its `version`), BadRows (by row number)."""
        operator.require(Permission.DATASETS_EDIT)
        _check_number(len(edits))
        by_id = {edit.id: edit for edit in edits}

        def edited(row: DatasetItemRow) -> NewItem:
            if row.valid_from > by_id[row.item_id].version:
                raise StaleItem(row.row)
            return by_id[row.item_id].item

        return await self._edit(operator, dataset_id, list(by_id), edited)

    async def label_items(
        self,
        operator: Operator,
        dataset_id: str,
        item_ids: Sequence[str],
        *,
        split: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
    ) -> Written:
        """Put rows into a split (None leaves it, "" takes it away), add tags, take tags away. Raise as `edit_items`."""
        operator.require(Permission.DATASETS_EDIT)
        _check_number(len(item_ids))

        def labelled(row: DatasetItemRow) -> NewItem:
            tags = [tag for tag in dict.fromkeys((*parted(row.tags), *add_tags)) if tag not in remove_tags]
            put_in = row.split if split is None else split
            return NewItem(row.input, row.expected_output, row.details, put_in, tuple(tags))

        return await self._edit(operator, dataset_id, item_ids, labelled)

    async def delete_items(self, operator: Operator, dataset_id: str, item_ids: Sequence[str]) -> Written:
        """Take rows out of the newest version; older ones keep them. Raise NotFound."""
        operator.require(Permission.DATASETS_EDIT)
        _check_number(len(item_ids))
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            there = await Items(work.session, operator.project_id, dataset_id).current(item_ids)
            if len(there) != len(set(item_ids)):
                raise ItemNotFound
            removed = sorted(one.row for one in there.values())
            return await self._step(work, operator, row, Act.DELETE, removed=removed)

    async def _edit(
        self,
        operator: Operator,
        dataset_id: str,
        item_ids: Sequence[str],
        edited: Callable[[DatasetItemRow], NewItem],
    ) -> Written:
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            there = await Items(work.session, operator.project_id, dataset_id).current(item_ids)
            if len(there) != len(set(item_ids)):
                raise ItemNotFound
            pairs = [(old, edited(old)) for old in there.values()]
            sound = await checked([(old.row, new) for old, new in pairs], self._rules(row))
            changed: list[dict[str, Any]] = []
            for (old, _), one in zip(pairs, sound, strict=True):
                if one.content_hash != old.content_hash:
                    source = Source(SourceKind(old.source_kind), old.source_name, old.source_reference)
                    changed.append(values_of(old.item_id, old.row, one, source))
            return await self._step(work, operator, row, Act.EDIT, edited=changed)


async def checked(items: Sequence[Numbered], rules: Rules) -> list[Prepared]:
    """Return what is stored of the rows. Raise BadRows when there is one bad row; others run between parts."""
    sound: list[Prepared] = []
    problems: list[RowProblem] = []
    bad: set[int] = set()
    for start in range(0, len(items), ROWS_AT_ONCE):
        for number, item in items[start : start + ROWS_AT_ONCE]:
            if found := problems_of(number, item, rules):
                problems += found
                bad.add(number)
            elif not bad:
                sound.append(prepared(item))
        await asyncio.sleep(0)
    if bad:
        raise BadRows(problems, len(bad), len(items))
    return sound


async def _gone_by(work: Work, row: DatasetRow, numbers: Sequence[int]) -> list[str]:
    """Return what leads to these rows of a dataset that is locked. Raise InvalidInput, RowRemoved."""
    if unknown := [number for number in numbers if not 1 <= number < row.next_row]:
        raise _no_origin(f"The dataset never had a row {unknown[0]}.")
    return await Origins(work.session, row.project_id, row.id).of(numbers) if numbers else []


def _check_origins(numbers: Sequence[int], source: Source, num_items: int) -> None:
    """Raise InvalidInput; what is told of one answer of a model has the bounds of that."""
    if numbers and source.kind is not SourceKind.GENERATED:
        raise _no_origin("Say with “generated_by” which model wrote the rows.")
    if len(set(numbers)) > MAX_EXAMPLES:
        raise _no_origin(f"A model goes by at most {MAX_EXAMPLES} rows.")
    if numbers and num_items > MAX_ASKED:
        raise _no_origin(f"A model writes at most {MAX_ASKED} rows at once.")


def _no_origin(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"generated_from": words})


def _new_ones(items: Sequence[Prepared], there: set[str]) -> list[Prepared]:
    """Return the rows whose input neither the dataset nor an earlier row has."""
    kept: list[Prepared] = []
    for item in items:
        if item.input_hash not in there:
            there.add(item.input_hash)
            kept.append(item)
    return kept


def _check_number(num_items: int) -> None:
    if not 1 <= num_items <= MAX_CHANGED:
        raise InvalidInput(f"One act changes 1 to {MAX_CHANGED:,} rows.")
