"""The one row of the installation."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import Sealed, UtcDateTime, utc_now

ONLY = "installation"


class InstallationRow(SQLModel, table=True):
    """`seal_check` is a known text, sealed at the first start: whoever opens it holds the right key."""

    __tablename__ = "installation"

    id: str = Field(default=ONLY, primary_key=True)
    seal_check: str = Field(sa_type=Sealed)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
