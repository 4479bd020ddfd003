"""What the rest of the house sees of deletion, export and retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_PERSON = 1_000
MAX_DAYS = 3_650


class JobKind(StrEnum):
    PERSON = "person"  # all of one person's
    RETENTION = "retention"  # what is older than the project keeps


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # with a reason; what was removed before stays counted, and a retry goes on behind it


UNENDED = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class Going:
    """What would be removed. `num_items` are rows of datasets made from turns, `num_cells` answers to them.

    `num_traces` are those that belong to no conversation. `prompts` are the names of those that somebody made of a
    call: they stay, unless they are deleted before. `views` and `alerts` are the names of those that are filtered by
    the person's id, which go.
    """

    num_conversations: int = 0
    num_messages: int = 0
    num_runs: int = 0
    num_approvals: int = 0
    num_remarks: int = 0
    num_items: int = 0
    num_cells: int = 0
    num_traces: int = 0
    num_playgrounds: int = 0
    prompts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose data can be counted, under the id that is asked for it, masked where it is kept so.

    `member` is the name and address of a member, who is known by an id; empty for everybody else.
    """

    id: str
    num_conversations: int
    member: str = ""


@dataclass(frozen=True, slots=True)
class PrivacyJob:
    """Work that removes conversations and all that hangs on them. Whom it is about stands nowhere once it is done.

    `error` says why it failed, in words for whoever asked for it.
    """

    id: str
    kind: JobKind
    state: JobState
    num_total: int
    num_done: int
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    error: str = ""

    @property
    def is_under_way(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class Retention:
    """`days` that conversations are kept after their last message; None keeps them until somebody deletes them."""

    days: int | None = None
    swept_at: datetime | None = None
