"""What was made for a project at its first start, and which first steps are done."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime


class DemoRow(SQLModel, table=True):
    """Ids are kept as soon as their things are made, so that a killed start goes on where it stopped."""

    __tablename__ = "demo"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    knowledge_base_id: str = ""
    own_base_id: str = ""
    document_ids: list[str] = Field(default_factory=list, sa_type=Json)
    flow_id: str = ""
    conversation_ids: list[str] = Field(default_factory=list, sa_type=Json)
    seeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hidden_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    connected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
