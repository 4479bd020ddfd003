"""The tables of the log."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from backend.columns import Json, Money, UtcDateTime, utc_now


class ConversationRow(SQLModel, table=True):
    """The sums are kept here, so that a list of thousands reads no message."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_recent", "project_id", "last_message_at", "id"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    flow_id: str = Field(default="", index=True)  # no foreign key: the log outlives the flow
    flow_name: str = ""
    version: int = 0
    title: str
    channel: str
    state: str
    rating: str = "none"
    last_text: str = ""
    num_messages: int = 0
    num_turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    latency_ms: int = 0
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_message_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MessageRow(SQLModel, table=True):
    """`folded` is the text without case, for the search: the databases fold letters of English alone."""

    __tablename__ = "message"

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    role: str
    author: str = ""
    state: str
    text: str = ""
    folded: str = ""
    run_id: str = Field(default="", index=True)
    version: int = 0
    model: str = ""
    error: str = ""
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    latency_ms: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class FeedbackRow(SQLModel, table=True):
    """What somebody thought of one answer; the newest word replaces the one before."""

    __tablename__ = "feedback"

    message_id: str = Field(primary_key=True, foreign_key="message.id")
    project_id: str = Field(foreign_key="project.id", index=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    rating: str
    comment: str = ""
    given_by: str = ""
    given_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
