"""The table of the log and the end of each organisation's chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.audit.types import Values
from backend.columns import Json, UtcDateTime


class AuditEventRow(SQLModel, table=True):
    """Never updated and never deleted: `hash` covers the row and the hash before it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sequence"),
        Index("ix_audit_event_project", "project_id", "sequence"),
    )

    id: str = Field(primary_key=True)
    organisation_id: str
    project_id: str | None = None
    sequence: int
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: str
    actor_name: str
    actor_via: str
    action: str
    target_kind: str
    target_id: str
    target_name: str
    before: Values | None = Field(default=None, sa_type=Json)
    after: Values | None = Field(default=None, sa_type=Json)
    address: str
    request_id: str
    hash: str


class AuditHeadRow(SQLModel, table=True):
    """The last link of a chain; locked while the next one is made."""

    __tablename__ = "audit_head"

    organisation_id: str = Field(primary_key=True)
    sequence: int
    hash: str
    # The end as it was signed last; it stays behind once the chain went on from an end that nobody signed.
    signed_end: str = ""
