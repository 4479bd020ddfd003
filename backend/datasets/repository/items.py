"""Every statement on the revisions of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import utc_now
from backend.datasets.checking import Prepared, folded, parted
from backend.datasets.models import FOREVER, DatasetItemRow
from backend.datasets.types import NO_SPLIT, Item, ItemFilter, Source, SourceKind
from backend.ids import new_id

ROWS_A_STATEMENT = 500
Row = DatasetItemRow
EVERYTHING = ItemFilter()
GIVEN = tuple(Prepared.__slots__)
# What of a revision a new one takes over when an old state comes back.
KEPT = (
    "item_id", "row", "input", "expected_output", "details", "split", "tags", "source_kind", "source_name",
    "source_reference", "input_hash", "content_hash", "folded",
)  # fmt: skip


async def move_sources(session: AsyncSession, project_id: str, reference: str, to: str) -> None:
    """Let rows that were made of a message be found by the one that follows it."""
    ours = col(DatasetItemRow.project_id) == project_id, col(DatasetItemRow.source_reference) == reference
    await session.exec(update(DatasetItemRow).where(*ours).values(source_reference=to))


class Items:
    """Opened for one unit of work; sees one dataset of one project."""

    def __init__(self, session: AsyncSession, project_id: str, dataset_id: str) -> None:
        self._session, self._project_id, self._dataset_id = session, project_id, dataset_id

    def _own(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return col(Row.project_id) == self._project_id, col(Row.dataset_id) == self._dataset_id

    async def page(
        self, version: int, wanted: ItemFilter = EVERYTHING, *, after: int = 0, limit: int
    ) -> list[DatasetItemRow]:
        """Return at most `limit` rows of a version behind the row number `after`, in the order of numbers."""
        statement = select(Row).where(*self._own(), *_at(version), *_matching(wanted), col(Row.row) > after)
        return list(await self._session.exec(statement.order_by(col(Row.row)).limit(limit)))

    async def inputs(self, version: int, *, after: int, limit: int) -> Sequence[tuple[int, Mapping[str, Any], str]]:
        """Return number, input and its hash of at most `limit` rows behind the number `after`."""
        statement = select(Row.row, Row.input, Row.input_hash).where(*self._own(), *_at(version), col(Row.row) > after)
        return (await self._session.exec(statement.order_by(col(Row.row)).limit(limit))).all()

    async def at(self, version: int, numbers: Sequence[int]) -> list[DatasetItemRow]:
        """Return the rows of these numbers that the version has, in the order of numbers."""
        found: list[DatasetItemRow] = []
        for some in _batches(sorted(set(numbers))):
            statement = select(Row).where(*self._own(), *_at(version), col(Row.row).in_(some)).order_by(col(Row.row))
            found += await self._session.exec(statement)
        return found

    async def newest(self, version: int) -> list[DatasetItemRow]:
        """Return the row of a version that was added last, or nothing."""
        statement = select(Row).where(*self._own(), *_at(version)).order_by(col(Row.row).desc()).limit(1)
        return list(await self._session.exec(statement))

    async def current(self, item_ids: Sequence[str]) -> dict[str, DatasetItemRow]:
        """Return the newest state of the rows of these ids that are still there."""
        found: dict[str, DatasetItemRow] = {}
        for some in _batches(list(dict.fromkeys(item_ids))):
            statement = select(Row).where(*self._own(), col(Row.valid_to) == FOREVER, col(Row.item_id).in_(some))
            found |= {row.item_id: row for row in await self._session.exec(statement)}
        return found

    async def from_source(self, reference: str) -> DatasetItemRow | None:
        """Return the newest state of the first row that came from there and is still there."""
        statement = select(Row).where(
            *self._own(), col(Row.valid_to) == FOREVER, col(Row.source_reference) == reference
        )
        return (await self._session.exec(statement.order_by(col(Row.row)).limit(1))).first()

    async def numbers(self, version: int, wanted: ItemFilter = EVERYTHING) -> list[int]:
        """Return the numbers of all rows of a version that match, newest first."""
        statement = select(Row.row).where(*self._own(), *_at(version), *_matching(wanted))
        return list(await self._session.exec(statement.order_by(col(Row.row).desc())))

    async def count(self, version: int, wanted: ItemFilter = EVERYTHING) -> int:
        statement = select(func.count()).select_from(Row).where(*self._own(), *_at(version), *_matching(wanted))
        return (await self._session.exec(statement)).one()

    async def splits(self, version: int) -> dict[str, int]:
        """Return how many rows of a version stand in each split, the empty name for none."""
        split = col(Row.split)
        statement = select(split, func.count()).where(*self._own(), *_at(version)).group_by(split).order_by(split)
        return dict((await self._session.exec(statement)).all())

    async def tags(self, version: int) -> list[str]:
        """Return every tag of a version's rows."""
        statement = select(col(Row.tags)).distinct().where(*self._own(), *_at(version), col(Row.tags) != "")
        return sorted({tag for tags in await self._session.exec(statement) for tag in parted(tags)})

    async def hashes_there(self, hashes: Sequence[str]) -> dict[str, int]:
        """Return the number of a newest row for each of these inputs that the dataset has."""
        found: dict[str, int] = {}
        for some in _batches(list(dict.fromkeys(hashes))):
            statement = select(Row.input_hash, Row.row).where(
                *self._own(), col(Row.valid_to) == FOREVER, col(Row.input_hash).in_(some)
            )
            found |= dict((await self._session.exec(statement)).all())
        return found

    async def duplicates(self, version: int) -> list[tuple[int, ...]]:
        """Return the numbers of rows that share an input, a tuple for each such input, oldest first."""
        several = (
            select(Row.input_hash)
            .where(*self._own(), *_at(version))
            .group_by(col(Row.input_hash))
            .having(func.count() > 1)
        )
        statement = select(Row.input_hash, Row.row).where(*self._own(), *_at(version), col(Row.input_hash).in_(several))
        groups: dict[str, list[int]] = {}
        for hashed, number in (await self._session.exec(statement.order_by(col(Row.row)))).all():
            groups.setdefault(hashed, []).append(number)
        return [tuple(numbers) for numbers in groups.values()]

    async def states(self, version: int, numbers: Sequence[int]) -> dict[int, DatasetItemRow]:
        return {row.row: row for row in await self.at(version, numbers)}

    async def changed(self, before: int, after: int) -> dict[int, tuple[str | None, str | None]]:
        """Return for each row that may differ between two versions the hash of its content in both, None for none."""
        there_before, there_after = and_(*_at(before)), and_(*_at(after))
        statement = select(Row.row, Row.content_hash, Row.valid_from, Row.valid_to).where(
            *self._own(), or_(and_(there_before, ~there_after), and_(there_after, ~there_before))
        )
        found: dict[int, list[str | None]] = {}
        for number, hashed, valid_from, valid_to in (await self._session.exec(statement)).all():
            side = 0 if valid_from <= before < valid_to else 1
            found.setdefault(number, [None, None])[side] = hashed
        return {number: (old, new) for number, (old, new) in found.items() if old != new}

    async def end(self, numbers: Sequence[int], version: int) -> None:
        """Let the newest state of these rows end before `version`."""
        for some in _batches(numbers):
            await self._session.exec(
                update(Row)
                .where(*self._own(), col(Row.valid_to) == FOREVER, col(Row.row).in_(some))
                .values(valid_to=version)
                .execution_options(synchronize_session=False)
            )

    async def begin(self, version: int, by: str, values: Sequence[dict[str, Any]]) -> None:
        """Write revisions that are valid from `version` on."""
        now, connection = utc_now(), await self._session.connection()
        common = {
            "project_id": self._project_id,
            "dataset_id": self._dataset_id,
            "valid_from": version,
            "valid_to": FOREVER,
            "created_at": now,
            "created_by": by,
        }
        for start in range(0, len(values), ROWS_A_STATEMENT):
            some = [{**common, "id": new_id("rev"), **one} for one in values[start : start + ROWS_A_STATEMENT]]
            await connection.execute(insert(Row), some)


def _at(version: int) -> tuple[ColumnElement[bool], ...]:
    """Return what holds for the rows that are in a version."""
    return col(Row.valid_from) <= version, col(Row.valid_to) > version


def _matching(wanted: ItemFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.split:
        yield col(Row.split) == ("" if wanted.split == NO_SPLIT else wanted.split)
    if wanted.tag:
        yield col(Row.tags).contains(f"\n{wanted.tag}\n", autoescape=True)
    if text := folded(wanted.text):
        yield col(Row.folded).contains(text, autoescape=True)


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), ROWS_A_STATEMENT):
        yield values[start : start + ROWS_A_STATEMENT]


def values_of(item_id: str, row: int, item: Prepared, source: Source) -> dict[str, Any]:
    """Return the columns of a row as it is given."""
    return {
        "item_id": item_id,
        "row": row,
        **{name: getattr(item, name) for name in GIVEN},
        "source_kind": source.kind,
        "source_name": source.name,
        "source_reference": source.reference,
    }


def values_again(row: DatasetItemRow) -> dict[str, Any]:
    """Return the columns of an old state that comes back."""
    return {name: getattr(row, name) for name in KEPT}


def item_of(row: DatasetItemRow) -> Item:
    return Item(
        id=row.item_id,
        row=row.row,
        version=row.valid_from,
        input=row.input,
        expected_output=row.expected_output,
        metadata=row.details,
        split=row.split,
        tags=parted(row.tags),
        source=Source(SourceKind(row.source_kind), row.source_name, row.source_reference),
        changed_at=row.created_at,
        changed_by=row.created_by,
    )
