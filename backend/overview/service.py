"""Read the state of a project across its areas."""

from __future__ import annotations

from backend.columns import utc_now
from backend.flows.service import FlowService, RunService
from backend.flows.service.approvals import ApprovalService
from backend.flows.types import RunStatus, Severity
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import IN_WORK, DocumentStatus
from backend.operator import Operator, Permission
from backend.overview.types import FlowLine, Home, InWork
from backend.paging import Page

MOST = 8
FLOWS = Page(limit=20)
RUNS_IN_WORK = (RunStatus.RUNNING, RunStatus.QUEUED)


class OverviewService:
    """Nothing is stored here: each line is read from the area that owns it."""

    def __init__(
        self, knowledge: KnowledgeService, flows: FlowService, runs: RunService, approvals: ApprovalService
    ) -> None:
        self._knowledge, self._flows, self._runs, self._approvals = knowledge, flows, runs, approvals

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
        )

    async def in_work(self, operator: Operator) -> InWork:
        """Return what is in work, in two statements: whoever waits asks each second."""
        operator.require(Permission.PROJECT_READ)
        return InWork(
            at=utc_now(),
            documents=await self._knowledge.latest_documents(operator, IN_WORK, MOST),
            runs=(await self._runs.list(operator, Page(limit=MOST), statuses=RUNS_IN_WORK)).items,
        )
