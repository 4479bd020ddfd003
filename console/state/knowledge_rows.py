"""What the knowledge pages draw: text already formatted, marks already worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from backend.knowledge.types import Document, DocumentStatus, KnowledgeBase, Stage
from console import routes
from console.state.formats import count, counted, day, exact

KINDS = {"pdf": "PDF", "docx": "DOCX", "markdown": "Markdown", "html": "HTML", "csv": "CSV", "text": "Text"}
STAGES = tuple(Stage)
STAGE_WORDS = {stage: stage.value.capitalize() for stage in Stage}
KB, MB = 1024, 1024 * 1024


@dataclass(frozen=True)
class BaseLine:
    """A knowledge base in the list."""

    id: str
    href: str
    name: str
    description: str
    documents: str
    passages: str
    state: str
    words: str
    changed: str
    changed_exact: str


@dataclass(frozen=True)
class ProgressLine:
    """How far a document is: `marks` per stage, `state` the shape, `words` beside it."""

    marks: list[str] = field(default_factory=list)
    percent: int = 0
    state: str = "queued"
    words: str = ""
    passages: str = ""
    in_work: bool = False


@dataclass(frozen=True)
class DocumentLine:
    """A document in its base's table."""

    id: str
    href: str
    name: str
    kind: str
    size: str
    changed: str
    changed_exact: str
    progress: ProgressLine
    reason: str
    can_retry: bool
    note: str = ""


def size_words(num_bytes: int) -> str:
    """Return 512 B, 18 KB, 6.4 MB."""
    if num_bytes < KB:
        return f"{num_bytes} B"
    return f"{num_bytes / KB:,.0f} KB" if num_bytes < MB else f"{num_bytes / MB:,.1f} MB"


def base_line(base: KnowledgeBase, zone: tzinfo, now: datetime) -> BaseLine:
    tally = base.tally
    state, words = "ok", "Ready"
    if tally.num_in_work:
        state, words = "run", f"{tally.num_in_work} in work"
    elif tally.num_failed:
        state, words = "fail", f"{tally.num_failed} failed"
    elif not tally.num_documents:
        state, words = "queued", "Empty"
    return BaseLine(
        id=base.id,
        href=routes.to(routes.KNOWLEDGE_BASE, base.id),
        name=base.name,
        description=base.description,
        documents=count(tally.num_documents),
        passages=count(tally.num_chunks),
        state=state,
        words=words,
        changed=day(base.updated_at, zone, now),
        changed_exact=exact(base.updated_at, zone),
    )


def progress_line(status: DocumentStatus, stage: Stage, percent: int, num_chunks: int, error: str = "") -> ProgressLine:
    state = {
        DocumentStatus.QUEUED: "queued",
        DocumentStatus.RUNNING: "run",
        DocumentStatus.DONE: "ok",
        DocumentStatus.FAILED: "fail",
        DocumentStatus.CANCELLED: "idle",
    }[status]
    word = STAGE_WORDS[stage]
    words = {
        DocumentStatus.QUEUED: "Queued",
        DocumentStatus.RUNNING: f"{word} {percent} %" if percent else word,
        DocumentStatus.DONE: "Ready",
        DocumentStatus.FAILED: f"{word}: {error}" if error else f"{word} failed",
        DocumentStatus.CANCELLED: "Cancelled",
    }[status]
    return ProgressLine(
        marks=_marks(status, stage),
        percent=percent,
        state=state,
        words=words,
        passages=count(num_chunks) if num_chunks else "",
        in_work=status.in_work,
    )


def document_line(document: Document, zone: tzinfo, now: datetime) -> DocumentLine:
    return DocumentLine(
        id=document.id,
        href=routes.to(routes.DOCUMENT, document.id),
        name=document.name,
        kind=KINDS.get(document.kind, ""),
        size=size_words(document.size_bytes),
        changed=day(document.updated_at, zone, now),
        changed_exact=exact(document.updated_at, zone),
        progress=progress_line(
            document.status, document.stage, document.percent, document.num_chunks, document.error.rstrip(".")
        ),
        reason=f"{document.error} {document.hint}".strip(),
        can_retry=document.may_be_retried,
        note="Replaces the older ones" if document.replaces_older else "",
    )


def rows_words(first: int, shown: int, total: int, *, filtered: bool) -> str:
    """Return "Rows 1 to 50 of 1,284, newest first"."""
    if not shown:
        return "No row"
    matching = " that match" if filtered else ""
    return f"Rows {first:,} to {first + shown - 1:,} of {total:,}{matching}, newest first"


def base_words(base: KnowledgeBase) -> str:
    """Return the facts of a base beside its name."""
    return ", ".join(
        (
            counted(base.tally.num_documents, "document"),
            counted(base.tally.num_chunks, "passage"),
            f"{count(base.chunk_size)} characters each, {count(base.chunk_overlap)} shared",
        )
    )


def document_facts(document: Document) -> str:
    """Return the facts of a document beside its name."""
    facts = [KINDS.get(document.kind, ""), size_words(document.size_bytes)]
    if document.num_pages:
        facts.append(counted(document.num_pages, "page"))
    if document.num_chunks:
        facts.append(counted(document.num_chunks, "passage"))
    return ", ".join(fact for fact in facts if fact)


def _marks(status: DocumentStatus, stage: Stage) -> list[str]:
    """Return per stage d (done), p (at work), f (failed) or nothing (to come)."""
    if status is DocumentStatus.DONE:
        return ["d"] * len(STAGES)
    here = {DocumentStatus.RUNNING: "p", DocumentStatus.FAILED: "f"}.get(status, "")
    place = STAGES.index(stage)
    return ["d"] * place + [here] + [""] * (len(STAGES) - place - 1)


def dimmed(names: Sequence[str]) -> str:
    """Return a list of names as words: "a.pdf and 2 more"."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
