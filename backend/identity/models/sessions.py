"""Sessions and sign-in links. Tokens are stored as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class SessionRow(SQLModel, table=True):
    __tablename__ = "session"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    project_id: str = Field(foreign_key="project.id")
    # "link", "password", or the id of a provider.
    signed_in_with: str = "link"
    # What the provider said of the person then; policies of organisations are held against it as long as it lasts.
    tenant: str = Field(default="", sa_column_kwargs={"server_default": ""})
    groups: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    # Set while the person acts as support, for somebody else.
    support_grant_id: str | None = None
    address: str = ""
    browser: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInLinkRow(SQLModel, table=True):
    __tablename__ = "sign_in_link"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: str = Field(foreign_key="user_account.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
