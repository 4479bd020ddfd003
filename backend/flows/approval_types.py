"""What the rest of the house sees of approvals; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

OnLimit = Literal["approve", "refuse"]
Choice = Literal["approve", "change", "refuse"]


class ApprovalState(StrEnum):
    """VOID: the value changed after it was asked about, or the run ended before anybody decided."""

    WAITING = "waiting"
    APPROVED = "approved"
    CHANGED = "changed"
    REFUSED = "refused"
    VOID = "void"

    @property
    def is_decided(self) -> bool:
        return self in (ApprovalState.APPROVED, ApprovalState.CHANGED, ApprovalState.REFUSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a node wants decided. `role` is the lowest that may; `on_limit` is what holds if nobody decides in time."""

    question: str
    note: str
    value: Any
    role: str
    second_person: bool
    limit_minutes: int
    on_limit: OnLimit


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted, by which node, on what grounds. `said` are the words of the person whom the run answers."""

    wanted: Wanted
    node: str
    plate: int
    title: str
    said: str = ""
    citations: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: `value` is what goes on. `by` is empty where nobody was asked."""

    state: ApprovalState
    value: Any
    approval_id: str = ""
    by: str = ""
    comment: str = ""
    asked_at: datetime | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides. `hash` names what they were shown; `value` goes on in its place where it is changed."""

    choice: Choice
    hash: str
    value: Any = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Takeover:
    """Who answers a conversation in the place of its flow, and since when.

    `draft` is what the flow was about to answer to the last question, empty where it was not; while that is still being
    made, `is_under_way`.
    """

    conversation_id: str
    held_by: str
    held_by_id: str
    since: datetime
    draft: str = ""
    is_under_way: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question in a conversation that a person took over, and who it waits for."""

    conversation_id: str
    question: str
    asked_at: datetime
    held_by: str


@dataclass(frozen=True, slots=True)
class FlowWaiting:
    """A flow with runs that wait for a person."""

    flow_id: str
    name: str
    num_waiting: int


@dataclass(frozen=True, slots=True)
class Approval:
    """A run that waits at a node, or what came of it. `hash` names the value that was shown: a decision carries it.

    `decided_value` is what went on in its place, None unless it was changed.
    """

    id: str
    run_id: str
    flow_id: str
    flow_name: str
    version: int | None
    conversation_id: str | None
    node: str
    plate: int
    title: str
    question: str
    note: str
    said: str
    value: Any
    hash: str
    citations: list[dict[str, Any]]
    role: str
    second_person: bool
    on_limit: OnLimit
    state: ApprovalState
    started_by: str
    started_by_id: str
    asked_at: datetime
    ends_at: datetime
    decided_by: str
    decided_value: Any
    comment: str
    decided_at: datetime | None
    barred: str = ""
    """Why whoever looks may not decide about it; empty where they may."""
    reader: str = ""
    """Whom the run answers, which whoever started it over REST need not be; empty where that is not told here."""
