"""Rows from files, and rows to files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from backend.columns import storable
from backend.datasets import mapping
from backend.datasets.checking import Rules, imported, input_hash
from backend.datasets.export import columns_of, comma_separated, jsonl
from backend.datasets.models import DatasetRow
from backend.datasets.outside import Outside
from backend.datasets.repository import Datasets, Items
from backend.datasets.repository.items import EVERYTHING
from backend.datasets.service.group import known
from backend.datasets.service.likeness import LikenessUseCases
from backend.datasets.service.writing import WritingUseCases
from backend.datasets.types import ItemFilter, NewItem, Source, SourceKind, Written
from backend.mapped_tables import (
    ROWS_AT_ONCE,
    SHOWN,
    BadRows,
    Duplicate,
    Plan,
    Progress,
    RowProblem,
    chosen,
    first_rows,
    num_empty,
    quiet,
    samples,
)
from backend.operator import Operator, Permission
from backend.ports.schemas import Schemas
from backend.ports.tables import Table, TableReader
from backend.unit_of_work import Units

MOST_COMPARED = 20_000
Format = Literal["csv", "jsonl"]


@dataclass(slots=True)
class _Read:
    """The rows of a file after the mapping: sound ones, and what is wrong with the others."""

    sound: list[tuple[int, NewItem]]
    problems: list[RowProblem]
    bad: set[int]


class FileUseCases(LikenessUseCases, WritingUseCases):
    """A file is read in a process of its own. Nothing of it is kept but the rows."""

    def __init__(self, units: Units, schemas: Schemas, tables: TableReader, outside: Outside) -> None:
        super().__init__(units, schemas, outside)
        self._tables = tables

    async def plan_import(
        self,
        operator: Operator,
        dataset_id: str,
        path: Path,
        name: str,
        *,
        targets: Mapping[str, str] | None = None,
        progress: Progress = quiet,
    ) -> Plan:
        """Tell what `import_file` would do, with all that is wrong. Raise NotFound, InvalidInput."""
        dataset = await self._dataset(operator, dataset_id)
        table, to, read = await self._read(dataset, path, name, targets, progress)
        hashes: list[tuple[int, str]] = []
        for start in range(0, len(read.sound), ROWS_AT_ONCE):
            hashes += [(number, input_hash(item)) for number, item in read.sound[start : start + ROWS_AT_ONCE]]
            await asyncio.sleep(0)  # others take their turn between parts
        async with self._units.read(operator) as session:
            items = Items(session, operator.project_id, dataset_id)
            there = await items.hashes_there([hashed for _, hashed in hashes])
        duplicates: list[Duplicate] = []
        for number, hashed in hashes:
            if hashed in there:
                duplicates.append(Duplicate(number, there[hashed]))
            else:
                there[hashed] = 0
        near, num_left = await self._near_ones(operator, dataset_id, read.sound, {one.number for one in duplicates})
        return Plan(
            kind=table.kind,
            columns=table.columns,
            samples=samples(table),
            first=first_rows(table),
            num_empty=num_empty(table),
            targets=to,
            num_rows=len(table.rows) + len(table.faults),
            num_fitting=len(read.sound),
            num_bad=len(read.bad),
            problems=tuple(read.problems[:SHOWN]),
            num_duplicates=len(duplicates),
            duplicates=tuple(duplicates[:SHOWN]),
            num_near=len(near),
            near=tuple(near[:SHOWN]),
            num_left=num_left,
        )

    async def _near_ones(
        self, operator: Operator, dataset_id: str, rows: Sequence[tuple[int, NewItem]], equal: Container[int]
    ) -> tuple[list[Duplicate], int]:
        """Return what rows of a file are nearly the same as, without those that are equal to something.

        The other number is how many rows of both were not compared: of more than are in a few seconds none is, for a
        person waits for the plan.
        """
        others = [(number, item) for number, item in rows if number not in equal]
        if not others:
            return [], 0
        if (num_rows := len(others) + await self.count_items(operator, dataset_id)) > MOST_COMPARED:
            return [], num_rows
        found, num_left = await self.nearest(operator, dataset_id, [item for _, item in others])
        return [Duplicate(others[one.number][0], one.other, one.likeness) for one in found], num_left

    async def import_file(
        self,
        operator: Operator,
        dataset_id: str,
        path: Path,
        name: str,
        *,
        targets: Mapping[str, str] | None = None,
        skip_duplicates: bool = False,
        skip_bad: bool = False,
        progress: Progress = quiet,
    ) -> Written:
        """Add all rows of a file in one version, or none. `targets` None means those that are guessed.

        `skip_bad` leaves bad rows out, which somebody has seen in the plan. Raise NotFound, BadRows, InvalidInput.
        """
        dataset = await self._dataset(operator, dataset_id)
        table, _, read = await self._read(dataset, path, name, targets, progress)
        if read.bad and not (skip_bad and read.sound):
            raise BadRows(read.problems, len(read.bad), len(table.rows) + len(table.faults))
        progress("write", 0, len(read.sound))
        source = Source(SourceKind.IMPORT, name)
        written = await self.add_numbered(operator, dataset_id, read.sound, source, skip_duplicates=skip_duplicates)
        return replace(written, num_skipped=written.num_skipped + len(read.bad))

    async def export(
        self,
        operator: Operator,
        dataset_id: str,
        written_as: Format,
        *,
        version: int | None = None,
        wanted: ItemFilter = EVERYTHING,
    ) -> AsyncIterator[bytes]:
        """Return the rows of a version as a file, in blocks. Raise NotFound, which is told before the first block."""
        async with self._reading(operator, dataset_id) as opened:
            at = known(opened.dataset, version)
        if written_as == "jsonl":
            return jsonl(self.batches(operator, dataset_id, version=at, wanted=wanted))
        columns: dict[str, None] = {}
        async for items in self.batches(operator, dataset_id, version=at, wanted=wanted):
            columns |= dict.fromkeys(column for item in items for column in columns_of(item))
        ordered = sorted(columns, key=lambda column: mapping.WHOLE.index(column.partition(".")[0]))
        return comma_separated(self.batches(operator, dataset_id, version=at, wanted=wanted), ordered)

    async def _dataset(self, operator: Operator, dataset_id: str) -> DatasetRow:
        operator.require(Permission.DATASETS_EDIT)
        async with self._units.read(operator) as session:
            return await Datasets(session, operator.project_id).row(dataset_id)

    async def _read(
        self, dataset: DatasetRow, path: Path, name: str, targets: Mapping[str, str] | None, progress: Progress
    ) -> tuple[Table, dict[str, str], _Read]:
        progress("read", 0, 0)
        table = await self._tables.read_table(path, name)
        to = chosen(table, mapping.guessed, None if targets is None else storable(dict(targets)))
        mapping.check(to, table)
        shape = mapping.Shape.of(dataset.input_schema, dataset.expected_schema)
        return table, to, await _checked(table, to, shape, self._rules(dataset), progress)


async def _checked(
    table: Table, targets: Mapping[str, str], shape: mapping.Shape, rules: Rules, progress: Progress
) -> _Read:
    read = _Read([], [RowProblem(fault.number, "", fault.words) for fault in table.faults], set())
    read.bad = {fault.number for fault in table.faults}
    for done, (number, item) in enumerate(mapping.rows_of(table, targets, shape)):
        if done % ROWS_AT_ONCE == 0:
            progress("check", done, len(table.rows))
            await asyncio.sleep(0)  # others take their turn between parts
        found = [RowProblem(number, "", item)] if isinstance(item, str) else imported(number, item, rules)
        if found or isinstance(item, str):
            read.problems += found
            read.bad.add(number)
        else:
            read.sound.append((number, item))
    read.problems.sort(key=lambda problem: problem.row)
    return read
