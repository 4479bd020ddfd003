"""A run that is ready to be carried out, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.errors import DomainError
from backend.flows.context import RunFacts
from backend.flows.engine.plan import Plan
from backend.flows.engine.rows import Kept
from backend.flows.types import RunStatus, Usage
from backend.ports.run_journal import RunOpening


@dataclass(frozen=True, slots=True)
class RunJob:
    """One attempt. `opening` is None when the run's row is there; `kept` are the nodes of earlier attempts.

    `worked_ms` is what those attempts took, without the time in which the run waited for a person or a process.
    """

    run_id: str
    attempt: int
    plan: Plan
    facts: RunFacts
    opening: RunOpening | None
    kept: Mapping[str, Kept] = field(default_factory=dict)
    worked_ms: float = 0


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended, or that it waits for people; `cause` is what failed it, `models` are those that answered."""

    status: RunStatus
    output: dict[str, Any] | None
    citations: list[dict[str, Any]]
    usage: Usage
    time_ms: float
    error: str = ""
    error_node: str = ""
    cause: DomainError | None = None
    waits_for: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    """The tools that agents called."""
    refused: str = ""
    """Who refused what it was to answer or do, and why."""
