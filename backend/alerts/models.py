"""The tables of alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, false
from sqlmodel import Field, SQLModel

from backend.columns import Json, Sealed, UtcDateTime, utc_now


class AlertRow(SQLModel, table=True):
    """A rule and how it stands. `num_looks` fences: who read an older one writes nothing.

    `version` counts what people saved, `num_failed` the looks in a row that failed, the last for the reason `error`.
    """

    __tablename__ = "alert"
    __table_args__ = (Index("ix_alert_due", "is_on", "next_look_at"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    name: str
    measure: str
    comparison: str
    threshold: float
    window_minutes: int
    min_count: int
    looks: int
    margin: float
    quiet_minutes: int
    filters: dict[str, Any] = Field(sa_type=Json)
    emails: list[str] = Field(sa_type=Json)
    webhook_url: str = ""
    allow_private_address: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    sealed_secret: str = Field(default="", sa_type=Sealed)
    is_on: bool = True
    state: str = "well"
    streak: int = 0
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quiet_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    muted_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    value: float | None = None
    num_behind: int = 0
    num_looks: int = 0
    num_failed: int = 0
    version: int = 1
    error: str = ""
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_look_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class AlertFiringRow(SQLModel, table=True):
    """One time that a rule fired, and what it watched then; it outlives no rule."""

    __tablename__ = "alert_firing"

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    alert_id: str = Field(foreign_key="alert.id", index=True)
    value: float
    threshold: float
    num_behind: int
    watched: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    was_muted: bool = False
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AlertDeliveryRow(SQLModel, table=True):
    """A message on its way, written with the firing: its id is the same at each try."""

    __tablename__ = "alert_delivery"
    __table_args__ = (Index("ix_alert_delivery_due", "fate", "next_try_at"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    alert_id: str = Field(foreign_key="alert.id", index=True)
    firing_id: str = Field(default="", index=True)
    event: str
    way: str
    target: str
    content: dict[str, Any] = Field(sa_type=Json)
    fate: str = "waiting"
    num_tries: int = 0
    error: str = ""
    next_try_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
