"""What the rest of the house sees of runs; `types` hands it on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol

from backend.flows.document import FlowDocument
from backend.ports.language_model import ModelFailed


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
    WAITING = "waiting"
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
    EXPERIMENT = "experiment"
    REPLAY = "replay"  # a turn of the log once more: it belongs to that conversation, and says nothing in it

    @property
    def asks_people(self) -> bool:
        """Where nobody is asked, each approval takes what was decided then, or what its time limit would."""
        return self not in (Trigger.EXPERIMENT, Trigger.REPLAY)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money; `cost` is in US dollars, without what models took that `has_unpriced` tells of."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    has_unpriced: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cost + other.cost,
            self.has_unpriced or other.has_unpriced,
        )

    def as_json(self) -> dict[str, Any]:
        return {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "cost": float(self.cost)}


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a flow, for a list."""

    id: str
    status: RunStatus
    created_at: datetime
    time_ms: float
    error: str


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


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with the document it ran, as it was then, and a row for every node of it in plate order.

    `snapshot_id` names that document.
    """

    run: Run
    document: FlowDocument
    nodes: list[NodeRun]
    snapshot_id: str = ""

    def config_of(self, node_id: str) -> dict[str, Any]:
        """Return the settings of a node as it ran; empty for one that is not in the flow."""
        node = self.document.node(node_id)
        return node.config if node else {}


@dataclass(frozen=True, slots=True)
class Repeats:
    """What a run repeats: `recorded` is what the nodes did then, which stands in for what acts on the outside.

    With `acts` that is done anew. `model`, and versions of `prompts` by slug, take the place of the flow's own. Where
    the same document runs, `is_same`, a node that names no model asks the one that it asked then.
    """

    conversation_id: str
    recorded: Mapping[str, NodeRun]
    acts: bool = False
    model: str = ""
    prompts: Mapping[str, int] = field(default_factory=dict)
    is_same: bool = False

    def model_of(self, node: str) -> str:
        """Return the model that a node asked then; empty where another may answer, or nobody knows."""
        then = self.recorded.get(node) if self.is_same else None
        return str(then.detail.get("model", "")) if then else ""


class Place(Protocol):
    """A place at a model that was waited for."""

    def note(self, failed: ModelFailed | None) -> None:
        """Say that an answer came, or why none did."""
        ...

    def give_back(self) -> None:
        """Let the next one have it."""
        ...


class Pace(Protocol):
    """How fast the models of a run may be asked, and how many at once: others ask them too."""

    async def take(self, reference: str) -> Place:
        """Wait until a model may be asked, however long that takes."""
        ...


# Find the pace of a run that asked about a row, by project, row and run; None where it has none.
Pacing = Callable[[str, str, str], Awaitable[Pace | None]]


@dataclass(frozen=True, slots=True)
class RunWish:
    """What somebody wants run. `version` is a number, "draft", or "published"; an empty conversation is a new one.

    `snapshot_id` names a draft that was pinned, whatever it is by now, or the document of a version. Runs of
    experiments have no conversation; theirs name the row of a dataset, `item_id`. `person` is what the caller knows
    whom it serves by, `details` the metadata that its conversation is given. `history` is what was said before, as
    roles and texts; None is what the conversation holds. `run_id` names the run before it begins, so that after a crash
    its caller finds it; empty makes one up. who goes on with it after
    a crash finds the `pace` anew.
    """

    input: dict[str, Any]
    version: int | Literal["draft", "published"] = "published"
    conversation_id: str = ""
    trigger: Trigger = Trigger.API
    person: str = ""
    details: Mapping[str, Any] | None = None
    item_id: str = ""
    snapshot_id: str = ""
    history: tuple[dict[str, Any], ...] | None = None
    repeats: Repeats | None = None
    run_id: str = ""
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run that somebody waited for came out."""

    run_id: str
    status: RunStatus
    output: dict[str, Any] | None
    usage: Usage
    citations: list[dict[str, Any]]
    conversation_id: str | None
    error: str
    error_node: str
    time_ms: float
    waits_for: tuple[str, ...] = ()
    """The approvals that it waits for, with the status WAITING."""
    refused: ModelFailed | None = None
    """Why a model gave no answer, where that failed the run; the words are those of `error`."""


def run_topic(run_id: str) -> str:
    """Return the topic of the events engine on which the run speaks."""
    return f"run:{run_id}"
