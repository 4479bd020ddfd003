"""Support that an owner lets in."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import UtcDateTime, utc_now


class SupportGrantRow(SQLModel, table=True):
    """`support_id` may stand in for `member_id` with no more than `role`, while `granted_by` is an owner."""

    __tablename__ = "support_grant"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    support_id: str = Field(foreign_key="user_account.id", index=True)
    member_id: str = Field(foreign_key="user_account.id")
    role: str
    granted_by: str = Field(foreign_key="user_account.id")
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
