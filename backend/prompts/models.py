"""The tables of prompts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class PromptRow(SQLModel, table=True):
    """A prompt without its texts, which stand in its versions. A deleted one keeps its row, with another slug.

    `origin` is the run or the conversation of whose call it was made.
    """

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    slug: str
    name: str
    folder: str = ""
    description: str | None = None
    tags: list[str] = Field(default_factory=list, sa_type=Json)
    agent_config: str = ""
    agent_name: str = ""
    is_active: bool = False
    latest: int = 1
    origin: str = Field(default="", sa_column_kwargs={"server_default": ""})
    total_runs: int = 0
    success_rate: float | None = None
    avg_duration: float | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PromptVersionRow(SQLModel, table=True):
    """A version. Rows are added and never changed."""

    __tablename__ = "prompt_version"

    prompt_id: str = Field(primary_key=True, foreign_key="prompt.id")
    number: int = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    content: dict[str, Any] = Field(sa_type=Json)
    fingerprint: str
    comment: str = ""
    created_by: str = ""
    created_by_id: str = ""
    # Who of support really wrote it, acting for the person above.
    created_by_support_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PromptLabelRow(SQLModel, table=True):
    """Where a label points now; `previous` is where it pointed before, None at first."""

    __tablename__ = "prompt_label"

    prompt_id: str = Field(primary_key=True, foreign_key="prompt.id")
    name: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    version: int
    previous: int | None = None
    moved_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    moved_by: str = ""


class PromptLabelMoveRow(SQLModel, table=True):
    """The history of labels. Rows are added and never changed."""

    __tablename__ = "prompt_label_move"
    __table_args__ = (Index("ix_prompt_label_move_of_prompt", "prompt_id", "id"),)

    id: str = Field(primary_key=True)
    prompt_id: str = Field(foreign_key="prompt.id")
    project_id: str = Field(foreign_key="project.id", index=True)
    label: str
    from_version: int | None = None
    version: int | None = None
    moved_by: str = ""
    moved_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    comment: str = ""
    approved_by: str = ""


class PromptProtectedLabelRow(SQLModel, table=True):
    """A label that, in this project, moves only when a second person approves."""

    __tablename__ = "prompt_protected_label"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    name: str = Field(primary_key=True)
    protected_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    protected_by: str = ""


class PromptApprovalRow(SQLModel, table=True):
    """A wish to move a protected label. `author_id` is who wrote the version."""

    __tablename__ = "prompt_approval"
    __table_args__ = (Index("ix_prompt_approval_waiting", "project_id", "state"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    prompt_id: str = Field(foreign_key="prompt.id", index=True)
    label: str
    version: int
    from_version: int | None = None
    state: str = "waiting"
    comment: str = ""
    author_id: str = ""
    author_support_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    asked_by: str = ""
    asked_by_id: str = ""
    asked_by_support_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
    dismissed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PromptPlaygroundRow(SQLModel, table=True):
    """Columns and values of a playground that somebody shared by its address.

    `origin` is the run, the conversation or the message from which the values came.
    """

    __tablename__ = "prompt_playground"

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    prompt_id: str = Field(foreign_key="prompt.id", index=True)
    document: dict[str, Any] = Field(sa_type=Json)
    origin: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
