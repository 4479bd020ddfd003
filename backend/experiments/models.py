"""The tables of experiments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Index, literal_column, text
from sqlmodel import Field, SQLModel, col

from backend.columns import Json, Money, UtcDateTime, utc_now
from backend.experiments.errors import EXPERIMENT
from backend.experiments.types import CellStatus, Status

NOBODYS = -1
GONE = text(f"attempt = {NOBODYS}")
OF_TALKS = text("conversation_id IS NOT NULL")
REMOVED = "Its row was removed with the data of a person."


class ExperimentRow(SQLModel, table=True):
    """`attempt` is the fence: whoever carries the experiment raised it, and writes only while it is their own.

    `wish` is what somebody wants of the owner (pause, cancel), empty for nothing. `pinned` is what runs, written at the
    start. `num_made` cells have a row already. `resumes_at` is when a paused one goes on by itself, None for never.
    `kind` tells an experiment from a judgement, whose cells are conversations and answers of the log. `headline` is
    what it ended in, with what that was told of.
    """

    __tablename__ = "experiment"
    __table_args__ = (Index("ix_experiment_newest", "project_id", "id"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    kind: str = Field(default=EXPERIMENT, sa_column_kwargs={"server_default": EXPERIMENT})
    name: str
    status: str = Status.DRAFT
    wish: str = ""
    attempt: int = 0
    dataset_id: str = Field(index=True)
    dataset_name: str = ""
    dataset_version: int = 0
    definition: dict[str, Any] = Field(sa_type=Json)
    pinned: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    baseline: str
    concurrency: int
    budget: Decimal | None = Field(default=None, sa_type=Money, nullable=True)
    num_rows: int = 0
    num_cells: int = 0
    num_made: int = 0
    headline: dict[str, Any] = Field(default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"})
    error: str = ""
    hint: str = ""
    decided: str = ""
    created_by: str
    created_by_id: str
    started_by: str = ""
    started_by_id: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    resumes_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class ExperimentCellRow(SQLModel, table=True):
    """One row of the dataset, answered by one variant, once. `number` is its place in the order of asking.

    `attempt` is the experiment's that claimed it, NOBODYS where its row was removed: no answer under way is kept then.
    `taken_over` where another experiment asked and paid for the answer, so that its cost counts there alone.
    `conversation_id` is what a judgement judges, or what the answer `item_id` stands in; it goes with it.
    `num_changes` counts every write to it, whoever makes it: by their sum what was told of the cells is known as old.
    """

    __tablename__ = "experiment_cell"
    __table_args__ = (
        Index("ix_experiment_cell_status", "experiment_id", "status"),
        Index("ix_experiment_cell_item", "project_id", "item_id", "experiment_id"),
        Index("ix_experiment_cell_nobodys", "project_id", "item_id", sqlite_where=GONE, postgresql_where=GONE),
        # What is removed with conversations is looked for here.
        Index("ix_experiment_cell_talk", "conversation_id", sqlite_where=OF_TALKS, postgresql_where=OF_TALKS),
    )

    experiment_id: str = Field(primary_key=True, foreign_key="experiment.id")
    number: int = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    row: int
    item_id: str
    conversation_id: str | None = None
    variant: int
    repetition: int
    status: str = CellStatus.PENDING
    attempt: int = 0
    tries: int = 0
    output: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    scores: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    error: str = ""
    run_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    judge_cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    latency_ms: float = 0.0
    taken_over: bool = False
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    num_changes: int = Field(
        default=0, sa_column_kwargs={"server_default": "0", "onupdate": literal_column("num_changes + 1")}
    )


# Written out, as its index has it.
IS_NOBODYS: ColumnElement[bool] = col(ExperimentCellRow.attempt) == literal_column(str(NOBODYS))


class CodeApprovalRow(SQLModel, table=True):
    """A wish that a text may run as code. The text never changes; an edited one is another wish."""

    __tablename__ = "code_approval"
    __table_args__ = (Index("ix_code_approval_text", "project_id", "fingerprint"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    fingerprint: str
    code: str
    name: str
    experiment_id: str
    experiment_name: str
    state: str = "waiting"
    asked_by: str
    asked_by_id: str
    asked_by_support_id: str = ""
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    decided_by: str = ""
    decided_by_id: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    reason: str = ""


class ExperimentPaceRow(SQLModel, table=True):
    """From when the next request may go to a model or flow, for all processes on one Postgres."""

    __tablename__ = "experiment_pace"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    reference: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)


class PublishRequirementRow(SQLModel, table=True):
    """What a flow or prompt must pass before it is published: an experiment over this dataset, nothing worse.

    `evaluators` are those that it has to have; where an older requirement names none, any plain one will do. `labels`
    of a prompt move only then.
    """

    __tablename__ = "publish_requirement"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    kind: str = Field(primary_key=True)
    subject_id: str = Field(primary_key=True)
    dataset_id: str
    dataset_name: str = ""
    evaluators: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    labels: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": '["production"]'})
    created_by: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
