"""Make datasets, say what they are, take them away."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy.exc import IntegrityError

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.datasets.checking import check_tags
from backend.datasets.errors import NameTaken, StaleDataset
from backend.datasets.models import DatasetRow
from backend.datasets.repository import Datasets
from backend.datasets.repository.datasets import dataset_of
from backend.datasets.service.group import UseCases
from backend.datasets.types import MAX_DESCRIPTION, MAX_NAME, MAX_SCHEMA_CHARACTERS, About, Dataset
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.unit_of_work import Work

FIRST_PAGE = Page()


class DatasetUseCases(UseCases):
    """Name, description, tags and schemas belong to the dataset, and to none of its versions."""

    async def list(self, operator: Operator, page: Page = FIRST_PAGE, text: str = "") -> Listed[Dataset]:
        """Return datasets, newest first; `text` is a part of the name."""
        operator.require(Permission.DATASETS_READ)
        async with self._units.read(operator) as session:
            return await Datasets(session, operator.project_id).page(page, storable(text))

    async def get(self, operator: Operator, dataset_id: str) -> Dataset:
        """Return one. Raise NotFound."""
        operator.require(Permission.DATASETS_READ)
        async with self._units.read(operator) as session:
            return await Datasets(session, operator.project_id).get(dataset_id)

    async def revisions(self, operator: Operator, ids: Collection[str]) -> dict[str, int]:
        """Return the revisions of those of these datasets that are there, by id."""
        operator.require(Permission.DATASETS_READ)
        async with self._units.read(operator) as session:
            return await Datasets(session, operator.project_id).revisions(ids)

    async def create(self, operator: Operator, about: About) -> Dataset:
        """Make an empty dataset. Raise InvalidInput, Conflict for a name that is taken."""
        operator.require(Permission.DATASETS_EDIT)
        about = self._checked(about)
        async with self._units.write(operator) as work:
            return dataset_of(await self._make(work, operator, about), {})

    async def update(self, operator: Operator, dataset_id: str, about: About, *, revision: int) -> Dataset:
        """Change what is said of a dataset; rows stay as they are, also those that a new schema would refuse.

        Raise NotFound, Conflict (a stale `revision`, a name that is taken), InvalidInput.
        """
        operator.require(Permission.DATASETS_EDIT)
        about = self._checked(about)
        async with self._units.write(operator) as work:
            datasets = Datasets(work.session, operator.project_id)
            row = await datasets.change(dataset_id)
            if row.revision != revision:
                raise StaleDataset
            before = _told(row)
            row.revision, row.updated_at, row.updated_by = revision + 1, utc_now(), operator.name
            await _say(work, operator, row, about)
            changed = await datasets.get(dataset_id)
            await AuditTrail(work.session).record(
                operator, "dataset.update", _target(row), before=before, after=_told(row)
            )
        return changed

    async def delete(self, operator: Operator, dataset_id: str) -> None:
        """Take a dataset away for good, with every version. Raise NotFound."""
        operator.require(Permission.DATASETS_EDIT)
        async with self._units.write(operator) as work:
            datasets = Datasets(work.session, operator.project_id)
            row = await datasets.change(dataset_id)
            told, target = _told(row), _target(row)
            await datasets.remove(dataset_id)
            await AuditTrail(work.session).record(operator, "dataset.delete", target, before=told)

    async def _make(self, work: Work, operator: Operator, about: About) -> DatasetRow:
        row = DatasetRow(id=new_id("dset"), project_id=operator.project_id, name=about.name, updated_by=operator.name)
        await _say(work, operator, row, about)
        await AuditTrail(work.session).record(operator, "dataset.create", _target(row), after=_told(row))
        return row

    def _checked(self, about: About) -> About:
        """Return what is kept of it. Raise InvalidInput with a sentence for each field."""
        fields: dict[str, str] = {}
        name, description = " ".join(storable(about.name).split()), storable(about.description).strip()
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            fields["name"] = f"A name is one line of 1 to {MAX_NAME} characters."
        if len(description) > MAX_DESCRIPTION:
            fields["description"] = f"A description has at most {MAX_DESCRIPTION:,} characters."
        tags = tuple(dict.fromkeys(tag.strip() for tag in about.tags))
        if words := check_tags(tags):
            fields["tags"] = words
        for field, schema in (("input_schema", about.input_schema), ("expected_schema", about.expected_schema)):
            if words := self._schema_flaw(schema):
                fields[field] = words
        if fields:
            raise InvalidInput(" ".join(fields.values()), fields=fields)
        return About(name, description, tags, about.input_schema or None, about.expected_schema or None)

    def _schema_flaw(self, schema: dict[str, Any] | None) -> str:
        if not schema:
            return ""
        if len(json.dumps(schema, ensure_ascii=False)) > MAX_SCHEMA_CHARACTERS:
            return f"A schema has at most {MAX_SCHEMA_CHARACTERS:,} characters."
        try:
            self._schemas.checker(schema)
        except InvalidInput as refusal:
            return refusal.message
        return ""


async def _say(work: Work, operator: Operator, row: DatasetRow, about: About) -> None:
    """Write what a person says into the row. Raise NameTaken."""
    holder = await Datasets(work.session, operator.project_id).named(about.name)
    if holder is not None and holder.id != row.id:
        raise NameTaken(about.name)
    row.name, row.description, row.tags = about.name, about.description, [*about.tags]
    row.input_schema, row.expected_schema = storable(about.input_schema), storable(about.expected_schema)
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:  # two of one name at once, on Postgres
        raise NameTaken(about.name) from error


def _target(row: DatasetRow) -> Target:
    return Target("dataset", row.id, row.name)


def _told(row: DatasetRow) -> dict[str, Any]:
    names = ("name", "description", "tags", "input_schema", "expected_schema", "num_items", "version")
    return {name: getattr(row, name) for name in names}
