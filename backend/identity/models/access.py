"""Roles of one project, invitations, and roles that groups of a provider give."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.columns import UtcDateTime, utc_now

WAITING = text("accepted_at IS NULL AND revoked_at IS NULL")


class ProjectRoleRow(SQLModel, table=True):
    """In this project the member has this role in place of the organisation's."""

    __tablename__ = "project_role"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    user_id: str = Field(primary_key=True, foreign_key="user_account.id", index=True)
    role: str


class InvitationRow(SQLModel, table=True):
    """`email` is lower case. One address has one waiting invitation in an organisation, whoever races whom."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "ix_invitation_waiting",
            "organisation_id",
            "email",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id")
    email: str
    role: str
    invited_by: str = Field(foreign_key="user_account.id")
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GroupRuleRow(SQLModel, table=True):
    """Whoever is in the group of the provider gets the role at sign-in."""

    __tablename__ = "group_rule"
    __table_args__ = (UniqueConstraint("organisation_id", "group_name"),)

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id")
    group_name: str
    role: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
