"""The tables of annotation queues."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class AnnotationQueueRow(SQLModel, table=True):
    """`version` is raised by each save."""

    __tablename__ = "annotation_queue"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    name: str
    instructions: str = ""
    configs: list[dict[str, Any]] = Field(sa_type=Json)
    people: list[dict[str, str]] = Field(default_factory=list, sa_type=Json)
    num_labels: int = 1
    lock_minutes: int = 10
    version: int = 1
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class AnnotationItemRow(SQLModel, table=True):
    """`num_done` people have labelled it whole; with as many as the queue wants, `is_done`.

    Who has it open is `locked_by`, until `locked_until`: in the row, so that a restart keeps it. Somebody other than
    `assigned_to`, where that is anybody, is not offered it.
    """

    __tablename__ = "annotation_item"
    __table_args__ = (
        UniqueConstraint("queue_id", "conversation_id", "message_id"),
        Index("ix_annotation_item_waiting", "queue_id", "is_done", "id"),
        Index("ix_annotation_item_held", "queue_id", "locked_by"),
        Index("ix_annotation_item_assigned", "queue_id", "assigned_to", "is_done", "id"),
        # What each label counts anew, without a look at the rows.
        Index("ix_annotation_item_counted", "project_id", "queue_id", "is_done"),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    queue_id: str = Field(foreign_key="annotation_queue.id", ondelete="CASCADE")
    conversation_id: str = Field(foreign_key="conversation.id", ondelete="CASCADE", index=True)
    message_id: str = ""
    is_done: bool = False
    num_done: int = 0
    assigned_to: str = ""
    assigned_name: str = ""
    locked_by: str = ""
    locked_by_name: str = ""
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class AnnotationRow(SQLModel, table=True):
    """What one person says of one item. `given` names the labels in the order in which they were given."""

    __tablename__ = "annotation"
    __table_args__ = (
        Index("ix_annotation_last", "queue_id", "person_id", "labelled_at"),
        Index("ix_annotation_counted", "project_id", "queue_id", "person_id", "state"),
    )

    item_id: str = Field(primary_key=True, foreign_key="annotation_item.id", ondelete="CASCADE")
    person_id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    queue_id: str = Field(foreign_key="annotation_queue.id", ondelete="CASCADE")
    person_name: str
    state: str
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    given: list[str] = Field(default_factory=list, sa_type=Json)
    labelled_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
