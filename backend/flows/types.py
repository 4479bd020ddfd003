"""What the rest of the house sees of flows, their versions and their runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.flows.approval_types import (
    Approval,
    ApprovalState,
    Asked,
    Choice,
    Decided,
    Decision,
    FlowWaiting,
    OnLimit,
    Takeover,
    Wanted,
)
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
from backend.flows.errors import StaleDraft
from backend.flows.publish_types import PublishApproval, PublishChange, Publishing, PublishState, VersionInfo
from backend.flows.run_types import (
    LastRun,
    NodeRun,
    NodeStatus,
    Pace,
    Pacing,
    Repeats,
    Run,
    RunDetail,
    RunResult,
    RunStatus,
    RunWish,
    Trigger,
    Try,
    Usage,
    run_topic,
)

__all__ = [
    "FORMAT",
    "Approval",
    "ApprovalState",
    "Asked",
    "Choice",
    "Decided",
    "Decision",
    "Edge",
    "Flow",
    "FlowBrief",
    "FlowDocument",
    "FlowVersion",
    "FlowWaiting",
    "LastRun",
    "Limits",
    "Node",
    "NodeRun",
    "NodeStatus",
    "OnLimit",
    "Pace",
    "Pacing",
    "Policy",
    "PortType",
    "Position",
    "Problem",
    "PublishApproval",
    "PublishChange",
    "PublishState",
    "Publishing",
    "Repeats",
    "Run",
    "RunDetail",
    "RunResult",
    "RunStatus",
    "RunWish",
    "Saved",
    "Severity",
    "StaleDraft",
    "Takeover",
    "Trigger",
    "Try",
    "Usage",
    "VersionInfo",
    "Wanted",
    "flow_topic",
    "run_topic",
]

MAX_NAME_CHARACTERS = 120


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
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class FlowBrief:
    """A flow as a list shows it: without its document."""

    id: str
    name: str
    slug: str
    description: str
    num_nodes: int
    draft_version: int
    published_version: int | None
    is_changed: bool
    updated_at: datetime
    last_run: LastRun | None


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
    is_changed: bool  # against the published version
    inverse: list[dict[str, Any]] = field(default_factory=list)


def flow_topic(flow_id: str) -> str:
    """Return the topic on which the saves of a draft are told, so that another tab can say it is stale."""
    return f"flow:{flow_id}"
