"""What the knowledge routes take and answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from backend.api.bodies import Strict
from backend.knowledge.types import (
    DEFAULT_CHUNK_SIZE,
    EMBEDDED_EMBEDDING,
    Added,
    Chunk,
    Column,
    Document,
    KnowledgeBase,
    Mode,
    Passage,
)


class NewKnowledgeBase(Strict):
    """`chunk_overlap` left out means 15 % of `chunk_size`; both count characters."""

    name: str
    description: str = ""
    embedding_model: str = EMBEDDED_EMBEDDING
    chunk_size: int = DEFAULT_CHUNK_SIZE
    chunk_overlap: int | None = None


class ChangedKnowledgeBase(Strict):
    """`version` is the one that the change was made upon."""

    version: int
    name: str
    description: str
    chunk_size: int
    chunk_overlap: int


class Question(Strict):
    query: str
    limit: int = 10
    mode: Mode = "hybrid"


class RanksQuestion(Strict):
    query: str
    limit: int = 5


class KnowledgeBaseBody(BaseModel):
    id: str
    name: str
    description: str
    embedding_model: str
    chunk_size: int
    chunk_overlap: int
    version: int
    num_documents: int
    num_chunks: int
    num_in_work: int
    num_failed: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, base: KnowledgeBase) -> KnowledgeBaseBody:
        values = asdict(base)
        return cls(**values.pop("tally"), **values)


class DocumentBody(BaseModel):
    """`error` is a sentence, null unless the document failed.

    `replaces_older` tells that it takes the place of the others of its name once it is ready.
    """

    id: str
    knowledge_base_id: str
    name: str
    kind: str
    size_bytes: int
    sha256: str
    status: str
    stage: str
    percent: int
    progress: int
    num_chunks: int
    num_pages: int | None
    error: str | None
    replaces_older: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, document: Document, **more: Any) -> Self:
        values = asdict(document)
        error = f"{values.pop('error')} {values.pop('hint')}".strip()
        return cls(**values, **more, error=error or None)


class AddedBody(DocumentBody):
    """`already_here` tells that the base held this content; the document is the one that it had.

    `beside` is the id of the newest of the `num_beside` other documents of the file's name, null for none. All of
    them answer, or leave once this one is ready where `replaces` is true.
    """

    already_here: bool = False
    beside: str | None = None
    num_beside: int = 0
    replaces: bool = False

    @classmethod
    def told(cls, added: Added) -> Self:
        return cls.of(
            added.document,
            already_here=added.already_here,
            beside=added.beside or None,
            num_beside=added.num_beside,
            replaces=added.replaces,
        )


class RefusedBody(BaseModel):
    name: str
    detail: str


class UploadAnswer(BaseModel):
    """The documents in the order of their files; `refused` names the files that did not become one."""

    documents: list[AddedBody]
    refused: list[RefusedBody]


class KnowledgeBaseList(BaseModel):
    knowledge_bases: list[KnowledgeBaseBody]
    next: str | None


class DocumentList(BaseModel):
    documents: list[DocumentBody]
    next: str | None


class ChunkBody(BaseModel):
    id: str
    ordinal: int
    heading_path: list[str]
    text: str
    page: int | None
    overlap: int

    @classmethod
    def of(cls, chunk: Chunk) -> ChunkBody:
        return cls(**asdict(chunk))


class ChunkList(BaseModel):
    chunks: list[ChunkBody]
    next: str | None


class PassageBody(BaseModel):
    chunk_id: str
    document_id: str
    document_name: str
    knowledge_base_id: str
    ordinal: int
    heading: str
    text: str
    page: int | None
    score: float
    rank: int

    @classmethod
    def of(cls, passage: Passage) -> PassageBody:
        return cls.model_validate(passage, from_attributes=True)


class PassageList(BaseModel):
    passages: list[PassageBody]
    next: str | None = None


class ColumnBody(BaseModel):
    passages: list[PassageBody]
    time_ms: float

    @classmethod
    def of(cls, column: Column) -> ColumnBody:
        return cls(passages=[PassageBody.of(passage) for passage in column.passages], time_ms=column.time_ms)


class RanksBody(BaseModel):
    dense: ColumnBody
    fused: ColumnBody
    keyword: ColumnBody
