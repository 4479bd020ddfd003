"""What was said in the run panel: the question, the answer with its sources, and how it went."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from backend.conversations.types import Message
from console import routes
from console.problems import Problem
from console.state import formats
from console.state.cited_text import Part, parts_of
from console.state.conversations_rows import BY_A_PERSON, message_line
from console.state.run_board import RunBoard, shown


@dataclass(frozen=True)
class Cited:
    number: str
    name: str
    place: str
    href: str


@dataclass(frozen=True)
class Said:
    """One message. `node` is the node that an error points at."""

    agent: bool
    who: str
    when: str
    pieces: list[Part] = field(default_factory=list)
    sources: list[Cited] = field(default_factory=list)
    state: str = ""
    words: str = ""
    node: str = ""
    initials: str = ""
    decided: list[str] = field(default_factory=list)
    run_href: str = ""


def question(text: str, zone: tzinfo, now: datetime) -> Said:
    return Said(agent=False, who="You, test", when=formats.clock(now, zone, now), pieces=[Part(text)])


def reply(message: Message, zone: tzinfo, now: datetime) -> Said:
    """Return what a person says in the place of the flow."""
    line = message_line(message, zone, now)
    run = routes.to(routes.RUN, message.run_id) if message.run_id else ""
    said = Said(agent=True, who=line.author, when=line.when, pieces=[Part(message.text)], run_href=run)
    return replace(said, state="ok", words=BY_A_PERSON, initials=line.initials)


def answer(board: RunBoard, who: str) -> Said:
    """Return what a run that has ended says: its output, or why there is none."""
    state, words = _how(board)
    sources = [cited(one, at) for at, one in enumerate(board.citations, start=1)]
    text = shown(board.output) if board.output else board.answer
    return Said(
        agent=True,
        who=who,
        when="",
        pieces=parts_of(text, {one.number: one.href for one in sources}),
        sources=sources,
        state=state,
        words=words,
        node=board.error_node,
        run_href=routes.to(routes.RUN, board.run_id) if board.run_id else "",
    )


def refusal(problem: Problem, who: str) -> Said:
    """Return what stands under a question that no run came of."""
    words = f"{problem.words} {problem.hint or problem.reference}".strip()
    return Said(agent=True, who=who, when="", state="fail", words=words)


def _how(board: RunBoard) -> tuple[str, str]:
    if board.status == "cancelled":
        return "idle", "Stopped"
    if board.status == "failed" or board.error:
        return "fail", board.error or "The run failed."  # an error of a node begins with its plate
    if board.refused:
        return "idle", f"Refused. {board.refused[:1].upper()}{board.refused[1:]}"
    return "ok", formats.span(board.elapsed_ms)


def cited(one: dict[str, Any], at: int) -> Cited:
    """Return a source; its address opens the passage in its document."""
    document, chunk = str(one.get("document_id") or ""), str(one.get("chunk_id") or "")
    page = one.get("page")
    place = ", ".join(part for part in (str(one.get("heading") or ""), f"page {page}" if page else "") if part)
    return Cited(
        number=str(one.get("number") or at),
        name=str(one.get("document_name") or one.get("title") or "Source"),
        place=place,
        href=routes.cited(document, chunk) if document else "",
    )
