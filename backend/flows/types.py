"""What the rest of the house sees of flows, their versions and their runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from backend.flows.document import (
    FORMAT,
    Edge,
    FlowDocument,
    Limits,
    Node,
    Policy,
    PortType,
    Position,
)

__all__ = [
    "FORMAT",
    "Edge",
    "Flow",
    "FlowDocument",
    "FlowVersion",
    "Limits",
    "Node",
    "NodeRun",
    "NodeStatus",
    "Policy",
    "PortType",
    "Position",
    "Problem",
    "Run",
    "RunEvent",
    "RunStatus",
    "Saved",
    "Severity",
    "Trigger",
    "Try",
    "Usage",
    "VersionInfo",
    "run_topic",
]


class Severity(StrEnum):
    """An error blocks publishing and running; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the checklist. `node`, `edge` and `field` are empty where they do not apply."""

    severity: Severity
    sentence: str
    fix: str = ""
    node: str = ""
    plate: int = 0
    field: str = ""
    edge: str = ""


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED)


class NodeStatus(StrEnum):
    """A row appears when its node starts a side effect or ends; `pending` is only ever shown, never stored."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """Where a run came from."""

    API = "api"
    CONSOLE = "console"
    JOB = "job"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money; `cost` is in US dollars."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out, self.cost + other.cost)

    def as_json(self) -> dict[str, Any]:
        return {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "cost": float(self.cost)}


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow with its draft. `draft_version` rises with every save; `published_version` is None before the first."""

    id: str
    name: str
    slug: str
    description: str
    draft: FlowDocument
    draft_version: int
    draft_saved_at: datetime
    draft_saved_by: str
    published_version: int | None
    published_at: datetime | None
    is_changed: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A published version as a list shows it."""

    flow_id: str
    number: int
    comment: str
    created_by: str
    created_at: datetime
    num_nodes: int


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """A published version: it never changes."""

    info: VersionInfo
    document: FlowDocument


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to a save: the new version, the plates it gave, the problems it has, and how to undo it."""

    version: int
    saved_at: datetime
    saved_by: str
    plates: dict[str, int]
    problems: list[Problem]
    inverse: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `version` is None for a run of the draft; times are UTC."""

    id: str
    flow_id: str
    flow_name: str
    flow_slug: str
    version: int | None
    draft_version: int | None
    status: RunStatus
    trigger: Trigger
    input: dict[str, Any]
    output: dict[str, Any] | None
    error: str
    error_node: str
    usage: Usage
    citations: list[dict[str, Any]]
    conversation_id: str | None
    attempt: int
    started_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    time_ms: float


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at a node: `error` is empty for the one that went through."""

    number: int
    time_ms: float
    error: str = ""
    waited_ms: float = 0


@dataclass(frozen=True, slots=True)
class NodeRun:
    """What one node did in a run: the trace and the checkpoint in one."""

    node: str
    kind: str
    title: str
    plate: int
    status: NodeStatus
    reason: str
    inputs: dict[str, Any]
    output: dict[str, Any] | None
    error: str
    usage: Usage
    started_at: datetime | None
    offset_ms: float
    time_ms: float
    attempt: int
    tries: list[Try]
    detail: dict[str, Any]


RunEventName = Literal["node.started", "token", "node.done", "run.done", "run.failed"]


@dataclass(frozen=True, slots=True)
class RunEvent:
    """What a watcher of a run hears; over REST it is one Server-Sent Event."""

    event: RunEventName
    data: dict[str, Any]


def run_topic(run_id: str) -> str:
    """Return the topic of the events engine on which the run speaks."""
    return f"run:{run_id}"
