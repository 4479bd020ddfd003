"""What the home shows. Every line names what it is about, so that the screen can link to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.flows.types import FlowBrief, Problem, Run, RunStatus
from backend.knowledge.types import Document


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow with the errors of its draft, which keep it from being published."""

    flow: FlowBrief
    errors: tuple[Problem, ...]

    @property
    def failing(self) -> bool:
        """Tell whether its newest run failed: the next one that goes through takes it off the list."""
        return self.flow.last_run is not None and self.flow.last_run.status is RunStatus.FAILED


@dataclass(frozen=True, slots=True)
class Home:
    """The state of the project at `at`, newest first, the most recent of each kind."""

    at: datetime
    flows: tuple[FlowLine, ...]
    failed_documents: tuple[Document, ...]
    documents_in_work: tuple[Document, ...]
    runs_in_work: tuple[Run, ...]

    @property
    def num_needs(self) -> int:
        needing = sum(1 for line in self.flows if line.failing or line.errors)
        return needing + len(self.failed_documents)
