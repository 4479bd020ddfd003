"""The tables of identity. Tokens and keys are stored as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now


class OrganisationRow(SQLModel, table=True):
    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ProjectRow(SQLModel, table=True):
    """The tenant: every row of the product carries its id."""

    __tablename__ = "project"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    name: str
    time_zone: str = "UTC"
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class UserRow(SQLModel, table=True):
    __tablename__ = "user_account"  # "user" is a reserved word in Postgres

    id: str = Field(primary_key=True)
    name: str
    email: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class MemberRow(SQLModel, table=True):
    __tablename__ = "member"

    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id")
    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    role: str


class SessionRow(SQLModel, table=True):
    __tablename__ = "session"

    id: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    project_id: str = Field(foreign_key="project.id")
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


class ApiKeyRow(SQLModel, table=True):
    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    user_id: str = Field(foreign_key="user_account.id")
    name: str
    prefix: str
    secret_hash: str = Field(unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=Json)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
