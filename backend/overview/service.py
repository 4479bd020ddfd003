"""Read the state of a project across its areas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from backend.alerts.service import AlertService
from backend.annotations.service import AnnotationService
from backend.annotations.types import Queue
from backend.columns import utc_now
from backend.experiments.service import ExperimentService
from backend.experiments.types import Status
from backend.flows.service import FlowService, RunService
from backend.flows.service.approvals import ApprovalService
from backend.flows.service.takeovers import TakeoverService
from backend.flows.types import RunStatus, Severity, Trigger
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import IN_WORK, DocumentStatus
from backend.live_tests.service import LiveTestService
from backend.live_tests.types import LiveTest
from backend.operator import Operator, Permission
from backend.overview.types import FlowLine, Home, InWork, SecondPerson
from backend.paging import Page
from backend.privacy.service import PrivacyService
from backend.privacy.types import JobState, PrivacyJob
from backend.prompts.service import PromptService

MOST = 8
MOST_WISHES = 100
# A test that the guardrail ended needs somebody, until it is old news.
HALTED_OF_LATE = timedelta(days=3)
FLOWS = Page(limit=20)
RUNS_IN_WORK = (RunStatus.RUNNING, RunStatus.QUEUED)
EXPERIMENTS_IN_WORK = [status for status in Status if status.is_open]


class OverviewService:
    """Nothing is stored here: each line is read from the area that owns it."""

    def __init__(
        self,
        knowledge: KnowledgeService,
        flows: FlowService,
        runs: RunService,
        approvals: ApprovalService,
        *,
        experiments: ExperimentService,
        alerts: AlertService,
        live_tests: LiveTestService,
        annotations: AnnotationService,
        privacy: PrivacyService,
        takeovers: TakeoverService,
        prompts: PromptService,
    ) -> None:
        self._takeovers = takeovers
        self._knowledge, self._flows, self._runs, self._approvals = knowledge, flows, runs, approvals
        self._alerts, self._live_tests, self._annotations = alerts, live_tests, annotations
        self._privacy, self._experiments, self._prompts = privacy, experiments, prompts

    async def home(self, operator: Operator) -> Home:
        """Return what needs a person, the flows with their last runs, and what is in work."""
        operator.require(Permission.PROJECT_READ)
        problems = await self._flows.problems_by_flow(operator, FLOWS)
        return Home(
            flows=[
                FlowLine(flow, [one for one in problems.get(flow.id, ()) if one.severity is Severity.ERROR])
                for flow in (await self._flows.list(operator, FLOWS)).items
            ],
            failed_documents=await self._knowledge.latest_documents(operator, (DocumentStatus.FAILED,), MOST),
            in_work=await self.in_work(operator),
            approvals=(await self._approvals.waiting(operator, Page(limit=MOST))).items,
            num_approvals=await self._approvals.num_waiting(operator),
            unanswered=await self._takeovers.unanswered(operator, MOST)
            if operator.may(Permission.CONVERSATIONS_READ)
            else (),
            alerts=await self._alerts.firing(operator) if operator.may(Permission.CONVERSATIONS_READ) else (),
            halted=await self._halted(operator) if operator.may(Permission.PROMPTS_READ) else (),
            queues=await self._queues(operator) if operator.may(Permission.ANNOTATIONS_READ) else (),
            removals=await self._removals(operator) if operator.may(Permission.PROJECT_MANAGE) else (),
            second_person=await self.second_person(operator, MOST),
        )

    async def _halted(self, operator: Operator) -> Sequence[LiveTest]:
        return await self._live_tests.halted(operator, utc_now() - HALTED_OF_LATE, MOST)

    async def _removals(self, operator: Operator) -> Sequence[PrivacyJob]:
        return [one for one in await self._privacy.unended(operator) if one.state is JobState.FAILED]

    async def second_person(self, operator: Operator, most: int = MOST_WISHES) -> SecondPerson:
        """Return what waits for the operator as the second person, newest first, at most so many of each kind.

        Nobody decides about their own: neither who asked, nor, of a label, who wrote the version.
        """
        operator.require(Permission.PROJECT_READ)
        flows = await self._flows.publish_approvals(operator) if operator.may(Permission.FLOWS_APPROVE) else ()
        labels = await self._prompts.approvals(operator) if operator.may(Permission.PROMPTS_APPROVE) else ()
        return SecondPerson(
            [one for one in flows if not operator.is_one_of(one.asked_by_id)][:most],
            [one for one in labels if not operator.is_one_of(one.asked_by_id, one.author_id)][:most],
        )

    async def _queues(self, operator: Operator) -> Sequence[Queue]:
        """Return the queues that name the reader and are neither done nor closed."""
        return [
            one
            for one in await self._annotations.queues(operator)
            if one.num_done < one.num_items
            and not one.closed_at
            and operator.is_one_of(*(person.id for person in one.about.people))
        ][:MOST]

    async def in_work(self, operator: Operator) -> InWork:
        """Return what is in work, in few statements: whoever waits asks each second."""
        operator.require(Permission.PROJECT_READ)
        page = Page(limit=MOST)
        return InWork(
            at=utc_now(),
            documents=await self._knowledge.latest_documents(operator, IN_WORK, MOST),
            runs=(await self._runs.list(operator, page, statuses=RUNS_IN_WORK, but=Trigger.EXPERIMENT)).items,
            experiments=(await self._experiments.list(operator, page, statuses=EXPERIMENTS_IN_WORK)).items
            if operator.may(Permission.EXPERIMENTS_READ)
            else (),
        )
