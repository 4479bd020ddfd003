"""The tables of providers. Keys are sealed with the project and the row in the seal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.columns import Json, Money, Sealed, UtcDateTime, utc_now


class ProviderRow(SQLModel, table=True):
    """`deleted_at` hides it at once; it goes for good a while later, so that a removal can be undone."""

    __tablename__ = "provider"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    slug: str
    name: str
    base_url: str
    organisation: str = ""
    sealed_key: str = Field(default="", sa_type=Sealed)
    key_hint: str = ""
    allow_private_address: bool = False
    private_allowed_by: str = ""
    private_allowed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str = "console"
    version: int = 1
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ProviderModelRow(SQLModel, table=True):
    """Prices are dollars per million tokens. `last_test` is a ModelTest as JSON."""

    __tablename__ = "provider_model"

    provider_id: str = Field(primary_key=True, foreign_key="provider.id")
    name: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    position: int
    purpose: str
    function_calling: bool = False
    vision: bool = False
    json_schema: bool = False
    context_size: int = 0
    dimensions: int = 0
    input_price: Decimal = Field(default=Decimal(0), sa_type=Money)
    output_price: Decimal = Field(default=Decimal(0), sa_type=Money)
    last_test: dict[str, Any] | None = Field(default=None, sa_type=Json)


class ProviderRestRow(SQLModel, table=True):
    """Until when a provider wants to be left alone, for all processes on one Postgres; a row of no tenant.

    `who` is a digest of the provider's address and the key by which it is asked: two projects with one key share it.
    """

    __tablename__ = "provider_rest"

    who: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)


class ModelDefaultRow(SQLModel, table=True):
    """Which model a project's nodes use that name none."""

    __tablename__ = "model_default"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    reference: str
