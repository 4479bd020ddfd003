"""What the rest of the house sees of chats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from backend.conversations.citation_types import Citation as Citation  # noqa: PLC0414  # handed on, like those that follow
from backend.conversations.facet_types import Facet as Facet  # noqa: PLC0414
from backend.conversations.facet_types import Facets as Facets  # noqa: PLC0414
from backend.conversations.facet_types import FailedTools as FailedTools  # noqa: PLC0414
from backend.conversations.facet_types import FailedTurns as FailedTurns  # noqa: PLC0414
from backend.conversations.facet_types import Satisfaction as Satisfaction  # noqa: PLC0414
from backend.conversations.range_types import Range
from backend.conversations.remark_types import Comment as Comment  # noqa: PLC0414
from backend.conversations.remark_types import View as View  # noqa: PLC0414
from backend.conversations.span_types import CallMessage as CallMessage  # noqa: PLC0414
from backend.conversations.span_types import LoggedCall as LoggedCall  # noqa: PLC0414
from backend.conversations.span_types import SpanLine as SpanLine  # noqa: PLC0414
from backend.paging import Listed

AGENT = "agent:"


class Channel(StrEnum):
    """Where the questions come from."""

    CONSOLE = "console"
    API = "api"
    REPORTED = "reported"  # held elsewhere and told over the compatible API
    TRACED = "traced"  # held elsewhere and told by OpenTelemetry
    IMPORTED = "imported"  # held elsewhere and read from a file
    EXAMPLE = "example"  # came with the product: it shows with its mark, and no figure counts it
    EXPERIMENT = "experiment"  # nobody spoke, so it shows only where it is chosen


SHOWN = frozenset(Channel) - {Channel.EXPERIMENT}


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


class ChatState(StrEnum):
    """How the last turn stands. A message has the same states."""

    RUNNING = "running"
    WAITING = "waiting"  # its run waits for a person; the answer that is owed is still running
    ANSWERED = "answered"
    UNANSWERED = "unanswered"  # the passages do not hold the answer, and the flow said so
    UNSOURCED = "unsourced"  # answered by a flow that answers from passages, and the answer cites none
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # a person refused what it was to answer or do, whatever the flow says in its place


# Something was said in answer.
SAID = (ChatState.ANSWERED, ChatState.UNSOURCED)


class Rating(StrEnum):
    """Thumbs. NONE takes a rating back; a conversation is as bad as its worst rated answer, or seen to."""

    NONE = "none"
    UP = "up"
    DOWN = "down"
    HANDLED = "handled"  # of a conversation alone: found not helpful, and seen to


class Outcome(StrEnum):
    """Whether the task was done, as whoever reported the conversation, or looked at it, tells it."""

    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Opening:
    """A question, about to be answered by a run. An empty `conversation_id` starts a conversation, `person`'s.

    `details` are added to what its metadata says.
    """

    flow_id: str
    flow_name: str
    run_id: str
    text: str
    channel: Channel
    version: int = 0
    conversation_id: str = ""
    person: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The rows that an opening made."""

    conversation_id: str
    question_id: str
    answer_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the run came to. `error` is a sentence for people; with it the turn has failed, or was cancelled."""

    run_id: str
    text: str = ""
    error: str = ""
    was_cancelled: bool = False
    found_nothing: bool = False
    cites_nothing: bool = False
    """It cites no passage though its flow answers from passages."""
    refused: str = ""
    """Who refused what it was to answer, and why."""
    author: str = ""
    author_id: str = ""
    citations: tuple[Citation, ...] = ()
    tool_calls: tuple[dict[str, Any], ...] = ()
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    latency_ms: int = 0
    prompt_name: str = ""
    prompt_version: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    rating: Rating
    comment: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One side of a turn. `author` is the person who asked, or the flow that answered. A question costs nothing."""

    id: str
    conversation_id: str
    role: Role
    author: str
    text: str
    state: ChatState
    run_id: str
    version: int
    model: str
    error: str
    citations: tuple[Citation, ...]
    tokens_in: int
    tokens_out: int
    cost: Decimal
    latency_ms: int
    created_at: datetime
    feedback: Feedback | None = None
    tool_name: str = ""
    tool_calls: tuple[dict[str, Any], ...] = ()
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat as a list shows it. Tokens, cost and `latency_ms` are sums over its answers.

    `flow_id` of one that was held elsewhere begins with `agent:` and tells one agent from another. `duration` is as it
    was reported, in seconds as a rule; it, `satisfaction` (1 to 5) and `task_completed` are None where nobody told.
    """

    id: str
    flow_id: str
    flow_name: str
    version: int
    title: str
    channel: Channel
    state: ChatState
    rating: Rating
    num_messages: int
    num_turns: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    latency_ms: int
    started_at: datetime
    last_message_at: datetime
    last_text: str
    has_failed: bool = False
    has_failed_tool: bool = False
    agent_config: str = ""
    session_id: str = ""
    person: str = ""
    model: str = ""
    prompt_id: str | None = None
    prompt_name: str = ""
    prompt_version: int = 0
    duration: float | None = None
    satisfaction: int | None = None
    task_completed: bool | None = None
    tags: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took: as reported, else from its first to its last message."""
        return self.duration if self.duration is not None else (self.last_message_at - self.started_at).total_seconds()

    @property
    def is_held_here(self) -> bool:
        return not self.flow_id.startswith(AGENT)

    @property
    def mean_latency_ms(self) -> int:
        return round(self.latency_ms / self.num_turns) if self.num_turns else 0


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: Conversation
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A part of a conversation, its end first. `details` is the metadata that was told with it.

    Of a part around a message, `num_before` counts what was said before its first.
    """

    conversation: Conversation
    messages: tuple[Message, ...]
    has_earlier: bool
    details: dict[str, Any]
    has_later: bool = False
    num_before: int = 0


def version_choice(flow_id: str, version: int) -> str:
    """Return how a filter names the version of a flow; 0 is its draft."""
    return f"{flow_id} v{version}"


def prompt_choice(name: str, version: int) -> str:
    """Return how a filter names the version of a prompt, empty for none."""
    return f"{name} v{version}" if name else ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty means all; of the channels, all of `SHOWN`. `text` is looked for in the messages, in any script and case.

    Prompts are as `prompt_choice` writes them, versions of flows as `version_choice`, judges as `judged_choice`.
    `until` is left out. `metadata` is "plan=pro", "plan=" for none or "plan" for any: of a name one, of several all.
    """

    text: str = ""
    flow_ids: tuple[str, ...] = ()
    states: tuple[ChatState, ...] = ()
    failed_turns: tuple[FailedTurns, ...] = ()
    failed_tools: tuple[FailedTools, ...] = ()
    ratings: tuple[Rating, ...] = ()
    channels: tuple[Channel, ...] = ()
    models: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    satisfactions: tuple[Satisfaction, ...] = ()
    tags: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    metadata: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Browsed:
    """A page of the log and its counts; of `num_unread` more nobody looked whether they belong there."""

    listed: Listed[Conversation]
    facets: Facets
    num_unread: int = 0
