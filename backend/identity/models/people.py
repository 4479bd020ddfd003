"""Organisations, their projects and people, and who belongs where."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import UtcDateTime, utc_now


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
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UserRow(SQLModel, table=True):
    __tablename__ = "user_account"  # "user" is a reserved word in Postgres

    id: str = Field(primary_key=True)
    name: str
    email: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class MemberRow(SQLModel, table=True):
    __tablename__ = "member"

    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id")
    user_id: str = Field(primary_key=True, foreign_key="user_account.id", index=True)
    role: str
    # The rule that gave the role; None where a person did, and then rules leave it alone.
    group_rule_id: str | None = None
