"""The tables of datasets. A row of a dataset is a chain of revisions, each valid from one version up to another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now

FOREVER = 2**31 - 1


class DatasetRow(SQLModel, table=True):
    """`next_row` is the number that the next new row gets; no number is given twice."""

    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    name: str
    description: str = ""
    tags: list[str] = Field(default_factory=list, sa_type=Json)
    input_schema: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    expected_schema: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    revision: int = 1
    version: int = 0
    next_row: int = 1
    num_items: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_by: str = ""


class DatasetVersionRow(SQLModel, table=True):
    """Written once, with what it changed."""

    __tablename__ = "dataset_version"

    dataset_id: str = Field(primary_key=True, foreign_key="dataset.id")
    number: int = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    act: str
    about: str = ""
    num_items: int
    num_added: int
    num_edited: int
    num_removed: int
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_by: str


class DatasetPairRow(SQLModel, table=True):
    """Two inputs that are nearly the same and meant to be so, by their hashes, the lower first."""

    __tablename__ = "dataset_pair"

    dataset_id: str = Field(primary_key=True, foreign_key="dataset.id")
    one: str = Field(primary_key=True)
    other: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    kept_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    kept_by: str


class DatasetItemRow(SQLModel, table=True):
    """A revision: what row `row` is in the versions `valid_from` <= version < `valid_to`. Only `valid_to` ever changes.

    `tags` holds each between line ends, so that one is found without taking the list apart. `folded` is what a search
    compares. `input_hash` finds duplicates, `content_hash` tells whether two revisions say the same.
    """

    __tablename__ = "dataset_item"
    __table_args__ = (
        Index("ix_dataset_item_valid", "dataset_id", "valid_to", "row"),
        Index("ix_dataset_item_row", "dataset_id", "row"),
        Index("ix_dataset_item_input", "dataset_id", "input_hash"),
        Index("ix_dataset_item_id", "item_id"),
        Index("ix_dataset_item_source", "project_id", "source_reference"),
    )

    id: str = Field(primary_key=True)
    item_id: str
    project_id: str = Field(foreign_key="project.id", index=True)
    dataset_id: str = Field(foreign_key="dataset.id")
    row: int
    valid_from: int
    valid_to: int = FOREVER
    input: dict[str, Any] = Field(sa_type=Json)
    expected_output: Any = Field(default=None, sa_type=Json, nullable=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    split: str = ""
    tags: str = ""
    source_kind: str
    source_name: str = ""
    source_reference: str = ""
    input_hash: str
    content_hash: str
    folded: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_by: str


class DatasetOriginRow(SQLModel, table=True):
    """By what a model wrote a row: `reference` is the id of a row that it was shown, or what that one came from.

    It outlives the dataset, for rows elsewhere and playgrounds that were made of this one are found by it.
    """

    __tablename__ = "dataset_origin"
    __table_args__ = (Index("ix_dataset_origin_reference", "project_id", "reference"),)

    item_id: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
