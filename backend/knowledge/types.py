"""What the rest of the house sees of knowledge bases, their documents and what is found in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from backend.ports.vectors import Mode
from backend.providers.types import EMBEDDED_EMBEDDING

DEFAULT_CHUNK_SIZE = 1_000
DEFAULT_CHUNK_OVERLAP = 150
MIN_CHUNK_SIZE = 100
MAX_CHUNK_SIZE = 8_000
MAX_NAME = 200
MAX_DESCRIPTION = 2_000
MAX_QUERY = 4_000
MAX_PASSAGES = 100
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
UNDO_WINDOW = timedelta(seconds=10)
# Another process, whose clock is ahead by less than the minute, purges nothing that is still offered back.
PURGED_AFTER = UNDO_WINDOW + timedelta(minutes=1)
CHUNK_NAMESPACE = UUID("5b1f3c8e-7d0a-4f52-9f0e-1c6f2a9b4d37")

__all__ = ["EMBEDDED_EMBEDDING", "Mode"]


class DocumentStatus(StrEnum):
    """Where a document stands as a whole."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def in_work(self) -> bool:
        return self in {DocumentStatus.QUEUED, DocumentStatus.RUNNING}


IN_WORK = (DocumentStatus.QUEUED, DocumentStatus.RUNNING)


class Stage(StrEnum):
    """The steps from a file to passages that are found, in order."""

    STORE = "store"
    PARSE = "parse"
    CHUNK = "chunk"
    EMBED = "embed"
    INDEX = "index"


# The share of each stage in a document's whole progress, in percent, after the time that they take.
SHARES: dict[Stage, int] = {Stage.STORE: 5, Stage.PARSE: 20, Stage.CHUNK: 5, Stage.EMBED: 60, Stage.INDEX: 10}


def overall_progress(stage: Stage, percent: int) -> int:
    """Return how far a document is as a whole, 0 to 100, when `stage` is done to `percent`."""
    before = sum(share for other, share in SHARES.items() if list(SHARES).index(other) < list(SHARES).index(stage))
    return before + SHARES[stage] * percent // 100


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents of a base stand where, without those that are deleted."""

    num_documents: int = 0
    num_chunks: int = 0
    num_in_work: int = 0
    num_failed: int = 0
    changed_at: datetime | None = None
    """When a document was last added or worked on; None without documents."""


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """A set of documents that is searched as one. `chunk_size` and `chunk_overlap` count characters.

    `version` rises with every edit; an edit names the one that it was based on.
    """

    id: str
    name: str
    description: str
    embedding_model: str
    chunk_size: int
    chunk_overlap: int
    version: int
    created_at: datetime
    updated_at: datetime
    tally: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Document:
    """A file and how far it has come. `kind` is empty until the content was looked at.

    `error` and `hint` are sentences for the person who gave the file, empty unless it failed; `is_unreadable` where
    no retry would change that. `replaces_older` where it is to take the place of others of its name once it is ready.
    """

    id: str
    knowledge_base_id: str
    name: str
    kind: str
    size_bytes: int
    sha256: str
    status: DocumentStatus
    stage: Stage
    percent: int
    progress: int
    num_chunks: int
    num_pages: int | None
    error: str
    hint: str
    created_at: datetime
    updated_at: datetime
    is_unreadable: bool = False
    replaces_older: bool = False

    @property
    def may_be_retried(self) -> bool:
        """Tell whether another attempt may end better."""
        return self.status in {DocumentStatus.FAILED, DocumentStatus.CANCELLED} and not self.is_unreadable


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file. `already_here` tells that the base held the same content, under this document's name.

    `beside` is the newest of the `num_beside` other documents of the file's name, empty for none: all answer from now
    on, or those leave once this one is ready where `replaces` is set.
    """

    document: Document
    already_here: bool = False
    beside: str = ""
    num_beside: int = 0
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document. `ordinal` counts from 0; the first `overlap` characters also end the one before it."""

    id: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str
    page: int | None
    overlap: int = 0


def chunk_id(document_id: str, ordinal: int) -> str:
    """Return the same UUID for the same place of the same document, so that writing twice is writing once."""
    return str(uuid5(CHUNK_NAMESPACE, f"{document_id}/{ordinal}"))


def document_topic(document_id: str) -> str:
    """Return where one document tells its progress."""
    return f"document:{document_id}"


def documents_topic(project_id: str) -> str:
    """Return where all documents of a project tell theirs."""
    return f"project:{project_id}:documents"


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of a document's outline: the chunks `first` to `last` (ordinals, both included) stand under it."""

    text: str
    depth: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `rank` counts from 1; `score` compares within one answer only."""

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


@dataclass(frozen=True, slots=True)
class Column:
    """One way of searching: what it found, and how long the index took."""

    passages: tuple[Passage, ...]
    time_ms: float


@dataclass(frozen=True, slots=True)
class Ranks:
    """The same question asked three ways. `fused` is what a hybrid search answers."""

    dense: Column
    fused: Column
    keyword: Column


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents of a base to list: a part of the name (any case), and a status; empty means all."""

    text: str = ""
    status: DocumentStatus | None = None
