"""Rows of the log, ready to draw."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, tzinfo
from typing import Any

from backend.conversations.snippet_types import Snippet
from backend.conversations.types import (
    SAID,
    Channel,
    ChatState,
    Citation,
    Conversation,
    Message,
    Rating,
    Role,
)
from backend.turns.types import TestState, TurnTest
from console import routes
from console.state import formats
from console.state.cited_text import Part, parts_of
from console.state.conversations_columns import COLUMNS
from console.state.conversations_words import FOUND_IN_WORDS, RATING_WORDS, ROLE_WORDS, STATE_WORDS, TEST_WORDS

MAX_ARGUMENTS = 2_000
MAX_RESULT = 2_001  # with the sign that it was cut
BY_A_PERSON = "Answered by a person"
NO_PASSAGE = "No passage stands behind this number"


@dataclass(frozen=True)
class FoundPart:
    """A piece of what a search found, `hit` where its words stand; `id` tells pieces of one line apart."""

    id: str
    text: str
    hit: bool


@dataclass(frozen=True)
class ConversationLine:
    """A conversation in the list; a search shows in place of the preview what it found, and in which name."""

    id: str
    href: str
    title: str
    preview: str
    when: str
    when_exact: str
    mark: str
    words: str
    example: bool = False
    cells: dict[str, str] = field(default_factory=dict)
    found: list[FoundPart] = field(default_factory=list)
    found_in: str = ""


@dataclass(frozen=True)
class Source:
    """A passage that an answer names. Where its document is gone `said` holds its words, and there is no `href`."""

    number: str
    href: str
    name: str
    place: str
    said: str = ""


@dataclass(frozen=True)
class ToolLine:
    """A tool that an answer called, with what it was given, and where that is known, what it gave and in which time."""

    name: str
    arguments: str
    result: str = ""
    failed: bool = False
    time: str = ""


@dataclass(frozen=True)
class TestLine:
    """A row of a dataset that an answer became, and how it stands by the experiment that asked it last.

    `run` and its address lead to an experiment that asks it, empty where it was asked as it is now.
    """

    __test__ = False  # a name that a collector of tests would take for its own

    mark: str
    words: str
    row: str
    href: str
    experiment: str
    experiment_href: str
    run: str = ""
    run_href: str = ""


@dataclass(frozen=True)
class MessageLine:
    """A message in the transcript."""

    id: str
    agent: bool
    initials: str
    author: str
    when: str
    when_exact: str
    version: str
    parts: list[Part] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    state: str = ""
    error: str = ""
    figures: str = ""
    rating: str = "none"
    comment: str = ""
    run_id: str = ""
    trace_id: str = ""
    tools: list[ToolLine] = field(default_factory=list)
    tests: list[TestLine] = field(default_factory=list)
    replay: str = ""
    replied: bool = False
    decided: list[str] = field(default_factory=list)


def traced_first(lines: Sequence[MessageLine], marked: str = "") -> MessageLine | None:
    """Return the answer whose trace is shown first: of the turn that is `marked`, the last not helpful, the last."""
    traced = [line for line in reversed(lines) if line.agent and (line.run_id or line.trace_id)]
    # Ids are in the order of what was said, and a question stands before its answer.
    told = [line for line in traced if marked and line.id >= marked][-1:]
    return next(iter(told or [line for line in traced if line.rating == "down"] or traced), None)


MARKS = {
    ChatState.RUNNING: "run",
    ChatState.WAITING: "wait",
    ChatState.FAILED: "fail",
    ChatState.CANCELLED: "idle",
    ChatState.REFUSED: "idle",
    ChatState.UNANSWERED: "idle",
    ChatState.UNSOURCED: "idle",
}


# Marks that a thumb says more than.
SAYS_LITTLE = (ChatState.UNANSWERED, ChatState.UNSOURCED)


def conversation_line(
    row: Conversation, zone: tzinfo, now: datetime, snippet: Snippet | None = None
) -> ConversationLine:
    mark, words = _mark(row)
    pieces = snippet.pieces if snippet else ()
    return ConversationLine(
        id=row.id,
        href=routes.message(row.id, snippet.message_id if snippet else ""),
        title=row.title,
        preview=row.last_text,
        when=formats.day(row.last_message_at, zone, now),
        when_exact=formats.exact(row.last_message_at, zone),
        mark=mark,
        words=words,
        example=row.channel is Channel.EXAMPLE,
        cells={name: told(row) for name, (_, told) in COLUMNS.items()},
        found=[FoundPart(str(number), piece.text, piece.is_hit) for number, piece in enumerate(pieces)],
        found_in=FOUND_IN_WORDS[snippet.found_in] if snippet else "",
    )


def _mark(row: Conversation) -> tuple[str, str]:
    """Return the sign and the word: what needs a person comes before what does not."""
    is_rated = row.rating is not Rating.NONE
    if row.state is ChatState.ANSWERED or (row.state in SAYS_LITTLE and is_rated):
        words = RATING_WORDS[row.rating] if is_rated else STATE_WORDS[row.state]
        return ("fail" if row.rating is Rating.DOWN else "ok"), words
    return MARKS[row.state], STATE_WORDS[row.state]


def message_line(
    message: Message,
    zone: tzinfo,
    now: datetime,
    talk: Conversation | None = None,
    gone: Collection[str] = (),
) -> MessageLine:
    """Return the line; in its `talk` a person's reply is told from what the flow answered. `gone` are documents."""
    agent = message.role in (Role.ASSISTANT, Role.TOOL)
    replied = talk is not None and is_reply(message, talk)
    done = message.state is not ChatState.RUNNING
    parts = answer_parts(message.text, message.citations, gone)
    author = message.author or message.tool_name or ROLE_WORDS[message.role]
    return MessageLine(
        id=message.id,
        agent=agent,
        initials="".join(word[0] for word in author.split()[:2]).upper(),
        author=author,
        when=formats.clock(message.created_at, zone, now),
        when_exact=formats.exact(message.created_at, zone),
        version=f"v{message.version}" if agent and message.version and not replied else "",
        parts=parts,
        sources=[*(source_line(citation, gone) for citation in message.citations), *no_sources(parts)],
        state=message.state,
        error=message.error,
        figures=(BY_A_PERSON if replied else _figures(message)) if message.role is Role.ASSISTANT and done else "",
        rating=message.feedback.rating if message.feedback else Rating.NONE,
        comment=message.feedback.comment if message.feedback else "",
        run_id=message.run_id,
        trace_id=message.trace_id,
        tools=[tool_line(call) for call in message.tool_calls],
        replay=routes.to(routes.REPLAY, message.id),
        replied=replied,
    )


def is_reply(message: Message, talk: Conversation) -> bool:
    """Tell whether a person answered in the place of the flow: under another name, and without a token."""
    is_said = message.role is Role.ASSISTANT and message.state is ChatState.ANSWERED
    return talk.is_held_here and is_said and message.author != talk.flow_name and not message.tokens_out


def tool_line(call: dict[str, Any]) -> ToolLine:
    """Read a call as the usual APIs write it, or an agent of ours, which says what came of it too."""
    told = call.get("function")
    function: dict[str, Any] = told if isinstance(told, dict) else call
    arguments = function.get("arguments", function.get("input", ""))
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    took, result = call.get("time_ms"), call.get("result")
    return ToolLine(
        str(function.get("name") or "tool"),
        written[:MAX_ARGUMENTS],
        result[:MAX_RESULT] if isinstance(result, str) else "",
        call.get("failed") is True,
        formats.span(took) if isinstance(took, int | float) else "",
    )


def test_line(test: TurnTest, flow_id: str, prompt_id: str) -> TestLine:
    """Return how a row stands; a new experiment over its dataset begins with the flow or the prompt that answered."""
    mark, words = TEST_WORDS[test.state]
    if test.state is TestState.MIXED:
        words = f"Test passes with {', '.join(test.passed)}, fails with {', '.join(test.failed)}"
    fresh = f"{routes.EXPERIMENT_NEW}?dataset={test.dataset_id}"
    fresh += f"&flow={flow_id}" if flow_id else f"&prompt={prompt_id}" if prompt_id else ""
    return TestLine(
        mark,
        words,
        f"Row {test.row:04} of {test.dataset_name}",
        f"{routes.to(routes.DATASET, test.dataset_id)}?row={test.row}",
        test.experiment_name,
        routes.to(routes.EXPERIMENT, test.experiment_id) if test.experiment_id else "",
        (f"Run {test.next_name} again" if test.next_id else "New experiment") if test.is_due else "",
        routes.to(routes.EXPERIMENT, test.next_id) if test.next_id else fresh,
    )


def _figures(message: Message) -> str:
    tokens = message.tokens_in + message.tokens_out
    counted = (formats.counted(tokens, "token"), formats.cost(message.cost, tokens)) if tokens else ()
    # A run that was cancelled or failed before it began took no time that says anything.
    is_timed = message.latency_ms or (message.run_id and message.state in SAID)
    took = (formats.span(message.latency_ms),) if is_timed else ()
    return ", ".join((*took, *counted)) or ("" if message.run_id else "Reported")


def citation_of(values: dict[str, Any]) -> Citation:
    """Return the citation that a run's event tells of; what else the event says of the passage is left out."""
    return Citation(**{one.name: values[one.name] for one in fields(Citation) if one.name in values})


def passage_address(citation: Citation) -> str:
    """Return where the passage stands, selected in its document."""
    return routes.cited(citation.document_id, citation.chunk_id)


def source_line(citation: Citation, gone: Collection[str] = ()) -> Source:
    is_gone = citation.document_id in gone
    page = f"page {citation.page}" if citation.page else ""
    heading = citation.heading.rpartition(" > ")[2]  # the document's name already says the rest
    return Source(
        number=str(citation.number),
        href="" if is_gone else passage_address(citation),
        name=citation.document_name,
        place=", ".join(filter(None, (heading, page))),
        said=citation.text if is_gone else "",
    )


def no_sources(parts: Sequence[Part]) -> list[Source]:
    """Say of each number that an answer names and that is no source of it that there is none."""
    return [
        Source(number, "", NO_PASSAGE, "") for number in dict.fromkeys(part.number for part in parts if part.astray)
    ]


def answer_parts(text: str, citations: tuple[Citation, ...], gone: Collection[str] = ()) -> list[Part]:
    return parts_of(text, {line.number: line.href for line in (source_line(citation, gone) for citation in citations)})
