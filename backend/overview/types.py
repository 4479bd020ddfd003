"""What the home shows. Every line names what it is about, so that the screen can link to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.alerts.types import Alert
from backend.annotations.types import Queue
from backend.experiments.types import Experiment
from backend.flows.approval_types import Unanswered
from backend.flows.types import Approval, FlowBrief, Problem, PublishApproval, Run, RunStatus
from backend.knowledge.types import Document
from backend.live_tests.types import LiveTest
from backend.privacy.types import PrivacyJob
from backend.prompts.types import Approval as LabelApproval


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow with the errors of its draft, which keep it from being published."""

    flow: FlowBrief
    errors: Sequence[Problem]

    @property
    def failing(self) -> bool:
        """Tell whether its newest run failed: the next one that goes through takes it off the list."""
        return self.flow.last_run is not None and self.flow.last_run.status is RunStatus.FAILED


@dataclass(frozen=True, slots=True)
class InWork:
    """What goes on at `at`, newest first. A run that an experiment asks for stands in that experiment."""

    at: datetime
    documents: Sequence[Document]
    runs: Sequence[Run]
    experiments: Sequence[Experiment] = ()


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """What others asked for and the reader may decide: protected flows to let out, protected labels to move."""

    publishing: Sequence[PublishApproval] = ()
    labels: Sequence[LabelApproval] = ()

    def __len__(self) -> int:
        return len(self.publishing) + len(self.labels)


@dataclass(frozen=True, slots=True)
class Home:
    """The state of the project, newest first, the most recent of each kind."""

    flows: Sequence[FlowLine]
    failed_documents: Sequence[Document]
    in_work: InWork
    # What waits for a person, the least time left first, and how much in all.
    approvals: Sequence[Approval] = ()
    num_approvals: int = 0
    # Alerts that fire, live tests that the guardrail ended of late, and queues in which the reader has to label.
    alerts: Sequence[Alert] = ()
    halted: Sequence[LiveTest] = ()
    queues: Sequence[Queue] = ()
    # Removals of a person's data, or of what is too old, that failed.
    removals: Sequence[PrivacyJob] = ()
    second_person: SecondPerson = SecondPerson()

    # Questions in conversations that a person took over.
    unanswered: Sequence[Unanswered] = ()

    @property
    def num_needs(self) -> int:
        needing = sum(1 for line in self.flows if line.failing or line.errors)
        others = (self.alerts, self.halted, self.queues, self.removals, self.failed_documents, self.unanswered)
        return needing + self.num_approvals + len(self.second_person) + sum(map(len, others))
