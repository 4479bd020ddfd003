"""The record of running flows: node rows in, and a verdict whether the run is still ours.

Apart from the units of work because a node may cost less than a millisecond: an engine writes the units of many
runs in one commit, each fenced for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class RunOpening:
    """The row of a run that starts now. Ids refer to rows that are there already."""

    project_id: str
    flow_id: str
    version: int | None
    draft_version: int | None
    snapshot_id: str
    trigger: str
    worker: str
    input: Mapping[str, Any]
    conversation_id: str | None
    started_by: str
    started_by_id: str
    created_at: datetime
    person: str = ""
    item_id: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """One node: either the start of its side effect (status "running"), or how it ended."""

    node: str
    status: str
    started_at: datetime
    offset_ms: float
    time_ms: float = 0
    reason: str = ""
    error: str = ""
    taken: Sequence[str] | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    inputs_hash: str = ""
    output: Mapping[str, Any] | None = None
    citations: Sequence[Mapping[str, Any]] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    tries: Sequence[Mapping[str, Any]] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    has_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class RunEnding:
    """How the run ended; the row is closed with it."""

    status: str
    output: Mapping[str, Any] | None
    citations: Sequence[Mapping[str, Any]]
    error: str
    error_node: str
    tokens_in: int
    tokens_out: int
    cost: Decimal
    finished_at: datetime
    time_ms: float
    has_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class RunUnit:
    """What is written together. With an `opening` the run is new, else it must be running under `attempt`."""

    run_id: str
    attempt: int
    opening: RunOpening | None = None
    nodes: Sequence[NodeEntry] = ()
    ending: RunEnding | None = None


class Verdict(NamedTuple):
    """`held` is False when another process owns the run: nothing of the unit was written."""

    held: bool
    cancel_requested: bool = False


class RunJournal(Protocol):
    """Write units durably, in the order in which one run hands them over."""

    async def write(self, unit: RunUnit) -> Verdict:
        """Return once the unit is on disk. Raise Unavailable when the database does not take it."""
        ...

    async def close(self) -> None: ...
