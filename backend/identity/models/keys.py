"""API keys. Their secrets are stored as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class ApiKeyRow(SQLModel, table=True):
    """`project_id` is None for a key of the whole organisation. Keys of the first format have no `public_id`.

    The `previous_` columns hold what a rotated key was before; it works until `previous_until`.
    """

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    project_id: str | None = Field(default=None, foreign_key="project.id", index=True)
    user_id: str = Field(foreign_key="user_account.id")
    name: str
    prefix: str
    last_four: str = Field(default="", sa_column_kwargs={"server_default": ""})
    public_id: str | None = Field(default=None, unique=True, index=True)
    secret_hash: str = Field(unique=True)
    previous_public_id: str | None = Field(default=None, unique=True, index=True)
    previous_hash: str | None = Field(default=None, unique=True, index=True)
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    scopes: list[str] = Field(default_factory=list, sa_type=Json)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
