"""One row for each key that a client sent."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import UtcDateTime, utc_now


class IdempotencyRow(SQLModel, table=True):
    """`status` is 0 while the first request is under way."""

    __tablename__ = "idempotency"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int = 0
    body: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
