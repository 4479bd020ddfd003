"""Rows of the first screen, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.conversations.types import Channel
from backend.demo.types import Example, FirstRun
from backend.knowledge.types import Document, DocumentStatus, Stage
from console import routes
from console.state import formats
from console.state.conversations_filters import log_address

NUMBER_WORDS = ("None", "One", "Two", "All")
STAGES = tuple(Stage)
STAGE_WORDS = {
    Stage.STORE: "Store",
    Stage.PARSE: "Parse",
    Stage.CHUNK: "Chunk",
    Stage.EMBED: "Embed",
    Stage.INDEX: "Index",
}


@dataclass(frozen=True)
class StepLine:
    """How a step is marked: done, now (the first that is open), or open; and the words at its right."""

    kind: str
    plate: str
    mark: str
    words: str


@dataclass(frozen=True)
class KitLine:
    """A line of "What came with it"."""

    kind: str
    name: str
    href: str
    shows: str
    size: str


@dataclass(frozen=True)
class FileLine:
    """A document on its way into the index."""

    id: str
    href: str
    name: str
    mark: str
    words: str
    hint: str
    marks: list[str]
    percent: int


def step_lines(first: FirstRun, zone: tzinfo) -> list[StepLine]:
    lines: list[StepLine] = []
    next_found = False
    for moment in (first.asked_at, first.added_at, first.connected_at):
        if moment is not None:
            lines.append(StepLine("done", "", "ok", f"Done {_when(moment, zone)}"))
        elif not next_found:
            next_found = True
            lines.append(StepLine("now", "live", "queued", "Next"))
        else:
            lines.append(StepLine("", "off", "queued", "Open"))
    return lines


def _when(moment: datetime, zone: tzinfo) -> str:
    return formats.day(moment, zone, formats.now())


def head_words(first: FirstRun) -> str:
    done = first.num_done
    return f"Three steps, in any order. {NUMBER_WORDS[done]} {'are' if done > 1 else 'is'} done."


def kit_lines(example: Example) -> list[KitLine]:
    """Return what is left of what came with the first start, with what it holds now."""
    lines: list[KitLine] = []
    if flow := example.flow:
        lines.append(
            KitLine(
                "Flow",
                flow.name,
                routes.to(routes.FLOW, flow.slug),
                "how nodes pass data along a track",
                formats.counted(len(flow.nodes), "node"),
            )
        )
    if base := example.knowledge_base:
        lines.append(
            KitLine(
                "Knowledge",
                base.name,
                routes.to(routes.KNOWLEDGE_BASE, base.id),
                "how text is cut, indexed and found again",
                formats.counted(base.tally.num_chunks, "passage"),
            )
        )
    if example.num_conversations:
        lines.append(
            KitLine(
                "Conversations",
                "Examples in the log",
                log_address([("channel", Channel.EXAMPLE.value)]),  # the log holds other conversations too
                "what was asked and which passages answered it",
                formats.counted(example.num_conversations, "example"),
            )
        )
    return lines


def searched(example: Example) -> str:
    """Name what the example flow reads, with how much of it there is."""
    sample, own = example.knowledge_base, example.own_base
    bases = [("a sample handbook", sample), ("your documents", None if own == sample else own)]
    some = [(name, base.tally.num_chunks) for name, base in bases if base and base.tally.num_chunks]
    return " and ".join(f"{formats.counted(num, 'passage')} of {name}" for name, num in some) or "its knowledge bases"


def file_line(document: Document) -> FileLine:
    """Return how far a document is: its stage with percent while it is in work, its reason when it failed."""
    stage = STAGE_WORDS[document.stage]
    place = STAGES.index(document.stage)
    mark, words = {
        DocumentStatus.QUEUED: ("queued", "Queued"),
        DocumentStatus.RUNNING: ("run", f"{stage} {document.percent} %"),
        DocumentStatus.DONE: ("ok", f"Ready, {formats.counted(document.num_chunks, 'passage')}"),
        DocumentStatus.FAILED: ("fail", f"{stage}: {document.error}"),
        DocumentStatus.CANCELLED: ("idle", "Cancelled"),
    }[document.status]
    at = {DocumentStatus.RUNNING: "p", DocumentStatus.FAILED: "f"}.get(document.status, "")
    done = document.status is DocumentStatus.DONE
    return FileLine(
        id=document.id,
        href=routes.to(routes.DOCUMENT, document.id),
        name=document.name,
        mark=mark,
        words=words,
        hint=document.hint,
        marks=["d" if done or index < place else at if index == place else "" for index in range(len(STAGES))],
        percent=document.percent,
    )
