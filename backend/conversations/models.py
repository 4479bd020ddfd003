"""The tables of the log."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from backend.columns import ONLY_ON, Json, Money, UtcDateTime, WideInteger, utc_now
from backend.conversations.computed import LONG, MEAN_LATENCY, MIX, SHORT, TOKENS

MEASURED = (
    "num_turns", "latency_ms", "cost", "tokens_in", "tokens_out", "duration", "started_at", "last_message_at",
)  # fmt: skip
BY_MEMBER = text("author_id != ''")
SHOWN = text("channel != 'experiment' AND deleted_at IS NULL")
TOOL_FAILED: dict[str, Any] = {
    "sqlite_where": text("has_failed_tool IS 1 AND deleted_at IS NULL"),
    "postgresql_where": text("has_failed_tool IS true AND deleted_at IS NULL"),
}


class ConversationRow(SQLModel, table=True):
    """The sums are kept here, so that a list of thousands reads no message.

    `number` is its place in the index of words, 0 before it has one; `indexed_to` is the last message that stands in
    there, and `is_fresh` says that some do not yet. `has_failed` where any turn failed, whatever the last one did,
    and `has_failed_tool` where any call of a tool did.
    `duration` is in the unit of who reported it, seconds as a rule, None like what follows where nobody told. `tags`
    are as `tags_text` writes them.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_recent", "project_id", "last_message_at", "id"),
        # The list as it opens: where experiments asked last, it would look at thousands that it does not show.
        Index(
            "ix_conversation_shown", "project_id", "last_message_at", "id", sqlite_where=SHOWN, postgresql_where=SHOWN
        ),
        # Few rows of many: without it a list of them would look at all others.
        Index("ix_conversation_failed_tool", "project_id", "last_message_at", "id", **TOOL_FAILED),
        Index("ix_conversation_agent", "project_id", "agent_config", "started_at"),
        Index("ix_conversation_person", "project_id", "person"),
        Index("ix_conversation_number", "project_id", "number"),
        Index("ix_conversation_fresh", "project_id", "is_fresh", "last_message_at"),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    flow_id: str = Field(default="", index=True)  # no foreign key: the log outlives the flow
    flow_name: str = ""
    version: int = 0
    title: str
    channel: str
    state: str
    has_failed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    has_failed_tool: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    rating: str = "none"
    last_text: str = ""
    num_messages: int = 0
    num_turns: int = 0
    tokens_in: int = Field(default=0, sa_type=WideInteger)
    tokens_out: int = Field(default=0, sa_type=WideInteger)
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    latency_ms: int = Field(default=0, sa_type=WideInteger)
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_message_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agent_config: str = ""
    session_id: str = Field(default="", index=True)
    person: str = ""
    model: str = ""
    prompt_id: str | None = Field(default=None, index=True)
    prompt_name: str = ""
    prompt_version: int = 0
    duration: float | None = None
    satisfaction: int | None = None
    task_completed: bool | None = None
    tags: str = ""
    number: int = 0
    indexed_to: str = ""
    is_fresh: bool = True


_TALK: Any = ConversationRow.__table__  # type: ignore[attr-defined]
for _column in (MIX, TOKENS, MEAN_LATENCY):
    _TALK.append_column(_column)
for _column in (TOKENS, MEAN_LATENCY, _TALK.c.cost, _TALK.c.num_turns):  # what the list is sorted by
    _places = (_TALK.c.project_id, _column, _TALK.c.id)
    Index(f"ix_conversation_by_{_column.name}", *_places, sqlite_where=SHOWN, postgresql_where=SHOWN)
# What the filters count, in one index: a list of 100,000 is counted without a look at its rows. SQLite finds there what
# lies in a range too: a look at each row takes it four times as long. Postgres has an index of the mixes that fit into
# one, which keeps equal ones once, and one of the few that do not.
COUNTED = [_TALK.c[name] for name in ("project_id", "deleted_at", "mix", "number", "id")]
BOUNDED = [one for one in COUNTED if one is not MIX]
Index("ix_conversation_counted", *BOUNDED, info={ONLY_ON: "postgresql"})
Index("ix_conversation_mixed", _TALK.c.project_id, MIX, postgresql_where=SHORT, info={ONLY_ON: "postgresql"})
Index("ix_conversation_mixed_long", _TALK.c.project_id, postgresql_where=LONG, info={ONLY_ON: "postgresql"})
Index("ix_conversation_measured", *COUNTED, *(_TALK.c[name] for name in MEASURED), info={ONLY_ON: "sqlite"})


class MessageRow(SQLModel, table=True):
    """`folded` is the text without case, for the search: the databases fold letters of English alone.

    `author_id` is which member wrote it: in the place of a flow, or to try one. It is empty for all others.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_in_order", "conversation_id", "id"),
        Index("ix_message_by_member", "project_id", "author_id", sqlite_where=BY_MEMBER, postgresql_where=BY_MEMBER),
    )

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    role: str
    author: str = ""
    author_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    state: str
    text: str = ""
    folded: str = ""
    run_id: str = Field(default="", index=True)
    trace_id: str = ""
    version: int = 0
    model: str = ""
    error: str = ""
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    tool_name: str = ""
    tool_calls: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"}
    )
    tokens_in: int = Field(default=0, sa_type=WideInteger)
    tokens_out: int = Field(default=0, sa_type=WideInteger)
    cost: Decimal = Field(default=Decimal(0), sa_type=Money)
    latency_ms: int = Field(default=0, sa_type=WideInteger)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ConversationPersonRow(SQLModel, table=True):
    """A person who speaks in a conversation beside the one that it names: a session may have several."""

    __tablename__ = "conversation_person"
    __table_args__ = (Index("ix_conversation_person_named", "project_id", "person"),)

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    person: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")


class SpanRow(SQLModel, table=True):
    """A piece of work that another system told of. Without a conversation nothing of its trace was said so far."""

    __tablename__ = "span"
    __table_args__ = (Index("ix_span_of_conversation", "conversation_id", "trace_id"),)

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    trace_id: str = Field(primary_key=True)
    span_id: str = Field(primary_key=True)
    parent_id: str = ""
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    name: str
    service: str = ""
    error: str = ""
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    events: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)


class RemovedTraceRow(SQLModel, table=True):
    """A trace that was removed; the digest tells it again to who sends more of it, and to nobody else."""

    __tablename__ = "removed_trace"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    digest: str = Field(primary_key=True)
    removed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ConversationRecordRow(SQLModel, table=True):
    """What only the page of one conversation shows: its metadata, and its transcript as another system told it."""

    __tablename__ = "conversation_record"

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    project_id: str = Field(foreign_key="project.id", index=True)
    transcript: dict[str, Any] | None = Field(default=None, sa_type=Json)
    details: dict[str, Any] | None = Field(default=None, sa_type=Json)


class ConversationDetailRow(SQLModel, table=True):
    """What the metadata of a conversation says under a name, as `values_in` reads it: by this the log is filtered."""

    __tablename__ = "conversation_detail"
    __table_args__ = (Index("ix_conversation_detail_told", "project_id", "name", "value", "conversation_id"),)

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    name: str = Field(primary_key=True)
    value: str
    project_id: str = Field(foreign_key="project.id")


class ConversationIndexRow(SQLModel, table=True):
    """How many conversations of a project have a number; who holds this row writes the project's index."""

    __tablename__ = "conversation_index"

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    num_numbered: int = 0


class ConversationWordRow(SQLModel, table=True):
    """In which conversations of a block of numbers a word stands, as `postings` writes them."""

    __tablename__ = "conversation_word"
    # SQLite walks through every word for a part of one: with the places beside them, in half the time.
    __table_args__ = {"sqlite_with_rowid": False}  # as SQLAlchemy reads it

    project_id: str = Field(primary_key=True, foreign_key="project.id")
    word: str = Field(primary_key=True)
    block: int = Field(primary_key=True)
    places: bytes = Field(sa_type=LargeBinary)


class ConversationViewRow(SQLModel, table=True):
    """Filters and columns under a name, for everybody in the project."""

    __tablename__ = "conversation_view"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    name: str
    query: dict[str, Any] = Field(sa_type=Json)
    version: int = 1
    created_by: str = ""
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
    given_by_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    given_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ConversationCommentRow(SQLModel, table=True):
    """What somebody says to colleagues of a conversation, or of one message in it: then `message_id` is not empty."""

    __tablename__ = "conversation_comment"
    __table_args__ = (Index("ix_conversation_comment_in_order", "conversation_id", "id"),)

    id: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id", index=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    message_id: str = ""
    text: str
    author: str
    author_id: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ConversationScoreRow(SQLModel, table=True):
    """What a version of a judge says of a conversation, or of one answer: then `message_id` is not empty.

    `is_newest` of all versions of the judge. `verdict` is what the log is filtered by. Goes with its conversation.
    """

    __tablename__ = "conversation_score"
    __table_args__ = (
        Index("ix_conversation_score_counted", "project_id", "is_newest", "judge", "verdict", "conversation_id"),
        Index("ix_conversation_score_given", "project_id", "judgement_id"),
    )

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    message_id: str = Field(primary_key=True)
    judge: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    project_id: str = Field(foreign_key="project.id")
    judgement_id: str
    is_newest: bool = True
    verdict: str
    value: float | None = None
    label: str = ""
    passed: bool | None = None
    high: float | None = None
    reason: str = ""
    judged_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
