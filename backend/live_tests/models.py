"""The tables of live tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now

RUNNING = text("state = 'running'")


class LiveTestRow(SQLModel, table=True):
    """One test of a label. The index lets no second one run on the same label."""

    __tablename__ = "live_test"
    __table_args__ = (
        Index(
            "ix_live_test_running", "prompt_id", "label", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
        ),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    prompt_id: str = Field(foreign_key="prompt.id", index=True)
    prompt_name: str
    label: str
    arms: list[dict[str, Any]] = Field(sa_type=Json)
    baseline: int
    metric: str
    margin: float
    guardrail: str = ""
    judge: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    state: str = "running"
    reason: str = ""
    started_by: str = ""
    started_by_id: str = ""
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_by: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LiveTestSeatRow(SQLModel, table=True):
    """Which version a conversation got. `run_id` is of its first run, known before the conversation has an id.

    One that is held elsewhere has none: there it is what `SeatNames` says, `conversation_id` is empty until it is told,
    and `rendered` is which version of the prompt its session had last, in this test or not, at `rendered_at`.
    """

    __tablename__ = "live_test_seat"

    live_test_id: str = Field(primary_key=True, foreign_key="live_test.id")
    run_id: str = Field(primary_key=True, index=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    version: int
    conversation_id: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    rendered: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rendered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LiveTestJudgedRow(SQLModel, table=True):
    """What the judge of a test said of a conversation when the test ended. Goes with its conversation."""

    __tablename__ = "live_test_judged"

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    live_test_id: str = Field(primary_key=True, foreign_key="live_test.id", index=True)
    project_id: str = Field(foreign_key="project.id")
    value: float
