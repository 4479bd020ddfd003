"""What the rest of the house sees of chats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.paging import Listed


class Channel(StrEnum):
    """Where the questions come from."""

    CONSOLE = "console"
    API = "api"


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class ChatState(StrEnum):
    """How the last turn stands. A message has the same states."""

    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Rating(StrEnum):
    """Thumbs. NONE takes a rating back; a conversation is as bad as its worst rated answer."""

    NONE = "none"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on. `score` is the search's own; `page` counts from 1, None without pages."""

    number: int
    chunk_id: str
    document_id: str
    document_name: str
    heading: str = ""
    text: str = ""
    page: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Opening:
    """A question, about to be answered by a run. An empty `conversation_id` starts a conversation."""

    flow_id: str
    flow_name: str
    run_id: str
    text: str
    channel: Channel
    version: int = 0
    conversation_id: str = ""


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
    citations: tuple[Citation, ...] = ()
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    latency_ms: int = 0


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat as a list shows it. Tokens, cost and `latency_ms` are sums over its answers."""

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

    @property
    def mean_latency_ms(self) -> int:
        return round(self.latency_ms / self.num_turns) if self.num_turns else 0


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: Conversation
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty means all. `text` is looked for in the messages, in any script and case."""

    text: str = ""
    flow_ids: tuple[str, ...] = ()
    states: tuple[ChatState, ...] = ()
    ratings: tuple[Rating, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many conversations each choice of a filter would show, the searched text applied, the choices not."""

    total: int = 0
    flows: tuple[Facet, ...] = ()
    states: tuple[Facet, ...] = ()
    ratings: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class Browsed:
    """A page of the log and the counts beside it."""

    listed: Listed[Conversation]
    facets: Facets
