"""The tables of secrets and variables. Secrets are sealed with the project and the row in the seal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Sealed, UtcDateTime, utc_now


class SecretRow(SQLModel, table=True):
    """`last_four` is empty where four characters would tell too much of a short one."""

    __tablename__ = "secret"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    name: str
    sealed_value: str = Field(sa_type=Sealed)
    last_four: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_by: str


class VariableRow(SQLModel, table=True):
    __tablename__ = "variable"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    name: str
    value: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_by: str
