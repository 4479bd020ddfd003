"""The tables of flows. Node rows and the ends of runs are written by the run journal, the rest by repositories."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Index, UniqueConstraint, false, literal_column, text
from sqlmodel import Field, SQLModel, col

from backend.columns import Json, Money, UtcDateTime, utc_now

# A chat has its conversation from its first question; the others get theirs once they ended.
UNLOGGED = text("conversation_id IS NULL AND finished_at IS NOT NULL")
REPLAYED = text("\"trigger\" = 'replay'")
ASKED = text("item_id <> ''")


class FlowRow(SQLModel, table=True):
    """A flow and its draft. A deleted one keeps its row, with another slug, until its undo has passed."""

    __tablename__ = "flow"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    name: str
    slug: str
    description: str = ""
    draft: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    draft_version: int = 1
    draft_fingerprint: str = ""
    draft_saved_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    draft_saved_by: str = ""
    published_version: int | None = None
    published_fingerprint: str = ""
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_protected: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FlowSnapshotRow(SQLModel, table=True):
    """A document as a version or a run saw it, stored once for each content."""

    __tablename__ = "flow_snapshot"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    id: str = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_type=Json)


class FlowVersionRow(SQLModel, table=True):
    """A published version. Rows are added and never changed."""

    __tablename__ = "flow_version"

    flow_id: str = Field(primary_key=True, foreign_key="flow.id")
    number: int = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    snapshot_id: str
    fingerprint: str
    comment: str = ""
    num_nodes: int = 0
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    approved_by: str = Field(default="", sa_column_kwargs={"server_default": ""})


class PublishApprovalRow(SQLModel, table=True):
    """A wish to publish a protected flow, with the very document: `fingerprint` is its meaning, the snapshot all."""

    __tablename__ = "publish_approval"
    __table_args__ = (Index("ix_publish_approval_waiting", "project_id", "state"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    flow_id: str = Field(foreign_key="flow.id", index=True)
    snapshot_id: str
    fingerprint: str
    from_version: int | None = None
    state: str = "waiting"
    comment: str = ""
    asked_by: str = ""
    asked_by_id: str = ""
    asked_by_support_id: str = ""
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
    dismissed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class RunRow(SQLModel, table=True):
    """One run. Whoever raises `attempt` owns it, and every write names the attempt it belongs to.

    `person` is whom it served where no chat says so, until its conversation is written, and `details` the metadata that
    goes there; `item_id` is the row of a dataset that an experiment asked.
    """

    __tablename__ = "run"
    __table_args__ = (
        Index("ix_run_of_flow", "flow_id", "id"),
        Index("ix_run_of_project", "project_id", "id"),
        Index("ix_run_open", "status", "worker"),
        Index("ix_run_replay", "project_id", "conversation_id", sqlite_where=REPLAYED, postgresql_where=REPLAYED),
        Index("ix_run_item", "project_id", "item_id", sqlite_where=ASKED, postgresql_where=ASKED),
        Index("ix_run_unlogged", "trigger", "id", sqlite_where=UNLOGGED, postgresql_where=UNLOGGED),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    flow_id: str = Field(foreign_key="flow.id")
    version: int | None = None
    draft_version: int | None = None
    snapshot_id: str
    status: str
    trigger: str
    attempt: int = 1
    worker: str = ""
    cancel_requested: bool = False
    input: dict[str, Any] = Field(sa_type=Json)
    output: dict[str, Any] | None = Field(default=None, sa_type=Json)
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    error: str = ""
    error_node: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    has_unpriced: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    conversation_id: str | None = None
    started_by: str = ""
    started_by_id: str = ""
    person: str = ""
    details: dict[str, Any] | None = Field(default=None, sa_type=Json)
    item_id: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    time_ms: float = 0


# Written out, as their indices have them.
IS_REPLAY: ColumnElement[bool] = col(RunRow.trigger) == literal_column("'replay'")
ASKED_A_ROW: ColumnElement[bool] = col(RunRow.item_id) != literal_column("''")


class NodeRunRow(SQLModel, table=True):
    """One node in one run: trace and checkpoint in one. `running` marks the start of a side effect."""

    __tablename__ = "node_run"

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    node: str = Field(primary_key=True)
    attempt: int
    status: str
    reason: str = ""
    error: str = ""
    taken: list[str] | None = Field(default=None, sa_type=Json)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    inputs_hash: str = ""
    output: dict[str, Any] | None = Field(default=None, sa_type=Json)
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    tries: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    has_unpriced: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    offset_ms: float = 0
    time_ms: float = 0


class ApprovalRow(SQLModel, table=True):
    """What a run asks a person at a node, once for each value: what was decided holds for no other."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("run_id", "node", "value_hash"),
        Index("ix_approval_open", "state", "ends_at"),
        Index("ix_approval_of_project", "project_id", "state", "decided_at"),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    run_id: str = Field(foreign_key="run.id", ondelete="CASCADE")
    conversation_id: str | None = Field(default=None, index=True)
    node: str
    plate: int
    title: str
    question: str
    note: str = ""
    said: str = ""
    value: Any = Field(default=None, sa_type=Json)
    value_hash: str
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    role: str
    second_person: bool = False
    on_limit: str
    state: str
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = ""
    decided_by_id: str = ""
    decided_value: Any = Field(default=None, sa_type=Json)
    comment: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TakeoverRow(SQLModel, table=True):
    """A conversation that a person answers: its flow waits until it is handed back. One row, one person."""

    __tablename__ = "takeover"

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    project_id: str = Field(foreign_key="project.id", index=True)
    held_by: str
    held_by_id: str
    since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class RunWorkerRow(SQLModel, table=True):
    """A process that runs flows and its pulse: a count and not a time, so that no two clocks are compared."""

    __tablename__ = "run_worker"

    id: str = Field(primary_key=True)
    beats: int = 0
