"""The tables of deletion and retention."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from backend.columns import UtcDateTime, utc_now


class PrivacyJobRow(SQLModel, table=True):
    """`person` is whom it is about, emptied with its end; `before` is up to when something began to be removed.

    `error` is why the newest attempt failed; `num_done` counts what all attempts removed.
    """

    __tablename__ = "privacy_job"
    __table_args__ = (Index("ix_privacy_job_newest", "project_id", "id"), Index("ix_privacy_job_state", "state"))

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    kind: str
    state: str
    attempt: int = 1
    person: str = ""
    before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    num_total: int = 0
    num_done: int = 0
    asked_by: str = ""
    asked_by_id: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""


class RetentionRow(SQLModel, table=True):
    """How long a project keeps conversations. A project without a row keeps them."""

    __tablename__ = "retention"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    days: int
    swept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_by: str = ""
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
