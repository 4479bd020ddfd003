"""The tables of masking. None of them holds a value that was masked, but the sealed ones of runs under way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Json, Sealed, UtcDateTime, utc_now


class MaskingRow(SQLModel, table=True):
    """What a project masks. `salt` keys the digests by which a value is known again; it never changes."""

    __tablename__ = "masking"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    kinds: list[str] = Field(default_factory=list, sa_type=Json)
    patterns: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    regions: list[str] = Field(default_factory=list, sa_type=Json)
    salt: str
    updated_by: str = ""
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class MaskedValueRow(SQLModel, table=True):
    """A value that a conversation, or a run beside it, met: its number there, and no more.

    `sealed` is what `run_id` still works with; empty once that run has ended.
    """

    __tablename__ = "masked_value"
    __table_args__ = (
        UniqueConstraint("project_id", "scope", "kind", "digest"),
        Index("ix_masked_value_run_id", "run_id"),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    scope: str
    kind: str
    digest: str
    number: int
    run_id: str = ""
    sealed: str = Field(default="", sa_type=Sealed)


class MaskCountRow(SQLModel, table=True):
    """How many values were masked on a day, as 2026-11-22."""

    __tablename__ = "mask_count"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    day: str = Field(primary_key=True)
    way: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    num: int = 0
