"""The tables of knowledge. Vectors live in the index, files in the object store; all else is here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, false
from sqlmodel import Field, SQLModel

from backend.columns import Json, UtcDateTime, utc_now
from backend.knowledge.types import DocumentStatus, Stage


class KnowledgeBaseRow(SQLModel, table=True):
    """`deleted_at` hides the base at once, while its documents are being taken away by the attempt `attempt`."""

    __tablename__ = "knowledge_base"

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    name: str
    description: str = ""
    embedding_model: str
    chunk_size: int
    chunk_overlap: int
    version: int = 1
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    attempt: int = 0
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class DocumentRow(SQLModel, table=True):
    """`attempt` is the fence: an attempt writes only while the number is its own.

    `deleted_at` hides the row at once; `purge_after` is when its content goes for good, None while it is kept. When
    the document is ready, those of its name whose ids sort before `replaces_before` are hidden; empty for none.
    """

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_base_newest", "knowledge_base_id", "id"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    knowledge_base_id: str = Field(foreign_key="knowledge_base.id")
    name: str
    kind: str = ""
    size_bytes: int
    sha256: str = Field(index=True)
    embedding_model: str
    status: str = DocumentStatus.RUNNING
    stage: str = Stage.STORE
    percent: int = 0
    num_chunks: int = 0
    num_pages: int | None = None
    error: str = ""
    hint: str = ""
    is_unreadable: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    replaces_before: str = Field(default="", sa_column_kwargs={"server_default": ""})
    attempt: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purge_after: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class ChunkRow(SQLModel, table=True):
    """`id` is made of document and ordinal, and is the point's id in the index too."""

    __tablename__ = "chunk"
    __table_args__ = (Index("ix_chunk_document", "document_id", "ordinal"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    document_id: str = Field(foreign_key="document.id")
    ordinal: int
    heading_path: list[str] = Field(default_factory=list, sa_type=Json)
    text: str
    page: int | None = None
