"""What the routes of datasets take and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from backend.datasets.types import About, Change, Dataset, DatasetVersion, Item, NewItem, Written
from backend.errors import InvalidInput
from backend.mapped_tables import BadRows, RowProblem


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewDataset(Strict):
    """The schemas are JSON Schemas; null or left out means that anything goes."""

    name: str
    description: str = ""
    tags: list[str] = []
    input_schema: dict[str, Any] | None = None
    expected_schema: dict[str, Any] | None = None

    def about(self) -> About:
        return About(self.name, self.description, tuple(self.tags), self.input_schema, self.expected_schema)


class ChangedDataset(NewDataset):
    """`revision` is the one that the change was made upon."""

    revision: int


class DatasetBody(BaseModel):
    """`version` is the newest, 0 without rows; `splits` counts its rows, the empty name for none."""

    id: str
    name: str
    description: str
    tags: list[str]
    input_schema: dict[str, Any] | None
    expected_schema: dict[str, Any] | None
    revision: int
    version: int
    num_items: int
    splits: dict[str, int]
    created_at: datetime
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetBody:
        return cls(**asdict(dataset))


class DatasetList(BaseModel):
    datasets: list[DatasetBody]
    next: str | None


class NewItemBody(Strict):
    """`expected_output` is any JSON."""

    input: dict[str, Any]
    expected_output: Any = None
    metadata: dict[str, Any] | None = None
    split: str | None = None
    tags: list[str] | None = None

    def item(self) -> NewItem:
        return NewItem(self.input, self.expected_output, self.metadata or {}, self.split or "", tuple(self.tags or ()))


class ChangedItem(NewItemBody):
    """The whole row as it becomes; `version` is the dataset's when the row was read."""

    version: int


ITEMS = TypeAdapter(list[NewItemBody])


def items_in(body: Any) -> list[NewItem]:
    """Read a list of rows. Raise BadRows with the place of each fault."""
    if not isinstance(body, list):
        raise InvalidInput("Send a list of rows: [{“input”: {...}, “expected_output”: ...}].")
    try:
        return [one.item() for one in ITEMS.validate_python(body)]
    except ValidationError as error:
        found = [
            RowProblem(int(fault["loc"][0]) + 1, ".".join(str(step) for step in fault["loc"][1:]), f"{fault['msg']}.")
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise BadRows(found, len({one.row for one in found}), len(body)) from error


class SourceBody(BaseModel):
    kind: str
    name: str
    reference: str


class ItemBody(BaseModel):
    """`row` is the number that a row keeps for life; `version` is the one that made it as it is."""

    id: str
    row: int
    version: int
    input: dict[str, Any]
    expected_output: Any
    metadata: dict[str, Any]
    split: str
    tags: list[str]
    source: SourceBody
    changed_at: datetime
    changed_by: str

    @classmethod
    def of(cls, item: Item) -> ItemBody:
        return cls(**asdict(item))


class ItemList(BaseModel):
    """All rows are of the version `version`."""

    version: int
    items: list[ItemBody]
    next: str | None = None


class WrittenBody(BaseModel):
    """`version` is the newest now; `rows` are the numbers of the rows that changed."""

    version: int
    num_added: int
    num_edited: int
    num_removed: int
    num_skipped: int
    rows: list[int]

    @classmethod
    def of(cls, written: Written) -> WrittenBody:
        return cls(**asdict(written))


class ItemIds(Strict):
    ids: list[str]


class Labels(ItemIds):
    """`split` null leaves the split, "" takes it away."""

    split: str | None = None
    add_tags: list[str] = []
    remove_tags: list[str] = []


class OrderBody(BaseModel):
    """The numbers of all rows that match, newest first, and the tags and splits of the version."""

    version: int
    rows: list[int]


class VersionBody(BaseModel):
    """`act` is add, edit, delete, import, undo or restore; `about` a file, or the version undone or restored."""

    number: int
    act: str
    about: str
    num_items: int
    num_added: int
    num_edited: int
    num_removed: int
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, version: DatasetVersion) -> VersionBody:
        return cls(**asdict(version))


class VersionList(BaseModel):
    versions: list[VersionBody]
    next: str | None


class ChangeBody(BaseModel):
    row: int
    before: ItemBody | None
    after: ItemBody | None

    @classmethod
    def of(cls, change: Change) -> ChangeBody:
        before, after = change.before, change.after
        return cls(
            row=change.row,
            before=ItemBody.of(before) if before else None,
            after=ItemBody.of(after) if after else None,
        )


class DiffBody(BaseModel):
    """Numbers of rows, newest first; `changes` holds those that `rows` asked for, in both versions."""

    added: list[int]
    edited: list[int]
    removed: list[int]
    changes: list[ChangeBody] = []


class FacetsBody(BaseModel):
    """What rows of a version can be filtered by: each split with its count, each tag."""

    splits: dict[str, int]
    tags: list[str]


def numbers_in(rows: str) -> list[int]:
    """Read `12,13,40`. Raise InvalidInput."""
    parts = [part.strip() for part in rows.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):  # noqa: PLR2004
        raise InvalidInput("rows holds the numbers of rows, as 12,13,40.")
    return [int(part) for part in parts]


def bodies_of(items: Sequence[Item]) -> list[ItemBody]:
    return [ItemBody.of(item) for item in items]
