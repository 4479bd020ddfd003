"""What the rest of the house sees of datasets, their rows and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_NAME = 200
MAX_DESCRIPTION = 2_000
MAX_TAGS = 20
MAX_TAG = 50
MAX_SPLIT = 50
MAX_SCHEMA_CHARACTERS = 64_000
MAX_ITEMS = 100_000
MAX_ITEM_CHARACTERS = 1_000_000
MAX_CHANGED = 10_000  # rows that one act of a person edits or deletes
MAX_FILE_BYTES = 50 * 1024 * 1024
NEARLY = 0.9  # from which likeness on two rows are nearly the same
NO_SPLIT = "none"  # how a filter asks for the rows without one


class SourceKind(StrEnum):
    """Where a row comes from."""

    HAND = "hand"
    IMPORT = "import"
    API = "api"
    LOG = "log"
    PLAYGROUND = "playground"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is what a person knows it by, as a file or an asker; `reference` an id to find it by, as a message's."""

    kind: SourceKind = SourceKind.HAND
    name: str = ""
    reference: str = ""


BY_HAND = Source()


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row as it is given. `expected_output` is any JSON value, None where nothing certain is expected."""

    input: Mapping[str, Any]
    expected_output: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    split: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A row as it stands in a version. `row` is its number, which it keeps for life; `version` made it as it is."""

    id: str
    row: int
    version: int
    input: dict[str, Any]
    expected_output: Any
    metadata: dict[str, Any]
    split: str
    tags: tuple[str, ...]
    source: Source
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Sourced:
    """A newest row with the dataset that it stands in."""

    dataset_id: str
    dataset_name: str
    item: Item


@dataclass(frozen=True, slots=True)
class ItemEdit:
    """What a row becomes. `version` is the dataset's when the row was read: who changed it since is not overwritten."""

    id: str
    version: int
    item: NewItem


@dataclass(frozen=True, slots=True)
class Dataset:
    """`version` is the newest, 0 while there is no row; `splits` tells how many rows each split has in it.

    `revision` counts edits of name, description, tags and schemas, which belong to the dataset and to no version.
    """

    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    input_schema: dict[str, Any] | None
    expected_schema: dict[str, Any] | None
    revision: int
    version: int
    num_items: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    splits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What a person says of a dataset."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    input_schema: dict[str, Any] | None = None
    expected_schema: dict[str, Any] | None = None


class Act(StrEnum):
    """What made a version."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"
    IMPORT = "import"
    UNDO = "undo"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One step of a dataset. `about` is what the act was about: a file, or the number of another version."""

    number: int
    act: Act
    about: str
    num_items: int
    num_added: int
    num_edited: int
    num_removed: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which rows are asked for; empty means all. `text` is a part of input or expected output, in any case."""

    split: str = ""
    tag: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What an act did. `version` is the newest now, the same as before where nothing changed."""

    version: int
    num_added: int = 0
    num_edited: int = 0
    num_removed: int = 0
    num_skipped: int = 0
    rows: tuple[int, ...] = ()
    """The numbers of the rows that were added, edited or removed, in the order given."""


@dataclass(frozen=True, slots=True)
class KeyFit:
    """What the input of a row lacks that the other rows all have, and what it has that none of them has.

    `row` is the number of a row that has the very input already, 0 where none has.
    """

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """Two rows whose inputs are nearly the same: `number` is the later one, `likeness` lies between 0 and 1."""

    number: int
    other: int
    likeness: float


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """The pairs of one version, the most alike first; `is_cut` where there are more than are told.

    `num_kept` more are meant to be so, as somebody said. `num_left` rows were not compared: that would take too long.
    """

    version: int
    pairs: tuple[Alike, ...]
    num_rows: int
    is_cut: bool
    num_kept: int = 0
    num_left: int = 0


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Where a row is that was kept alone. `version` is the dataset's newest now."""

    dataset_id: str
    dataset_name: str
    row: int
    version: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The rows that differ between two versions, by number."""

    added: tuple[int, ...]
    edited: tuple[int, ...]
    removed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One row in two versions; None where it is not there."""

    row: int
    before: Item | None
    after: Item | None
