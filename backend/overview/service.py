"""Read the state of a project across its areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.columns import utc_now
from backend.flows.service import FlowService, RunService
from backend.flows.types import FlowBrief, RunStatus, Severity
from backend.knowledge.service import KnowledgeService
from backend.knowledge.types import Document, DocumentFilter, DocumentStatus, KnowledgeBase
from backend.operator import Operator, Permission
from backend.overview.types import FlowLine, Home
from backend.paging import Page

MOST = 8
FLOWS = Page(limit=20)


class OverviewService:
    """Nothing is stored here: each line is read from the area that owns it."""

    def __init__(self, knowledge: KnowledgeService, flows: FlowService, runs: RunService) -> None:
        self._knowledge, self._flows, self._runs = knowledge, flows, runs

    async def home(self, operator: Operator) -> Home:
        """Return what needs a person, the flows with their last runs, and what is in work."""
        operator.require(Permission.PROJECT_READ)
        flows = (await self._flows.list(operator, FLOWS)).items
        bases = (await self._knowledge.list(operator)).items
        in_work = (RunStatus.RUNNING, RunStatus.QUEUED, RunStatus.WAITING)
        return Home(
            at=utc_now(),
            flows=tuple([await self._line(operator, flow) for flow in flows]),
            failed_documents=await self._documents(
                operator, [base for base in bases if base.tally.num_failed], (DocumentStatus.FAILED,)
            ),
            documents_in_work=await self._documents(
                operator,
                [base for base in bases if base.tally.num_in_work],
                (DocumentStatus.RUNNING, DocumentStatus.QUEUED),
            ),
            runs_in_work=tuple((await self._runs.list(operator, Page(limit=MOST), statuses=in_work)).items),
        )

    async def _line(self, operator: Operator, flow: FlowBrief) -> FlowLine:
        problems = await self._flows.problems(operator, flow.id)
        return FlowLine(flow, tuple(one for one in problems if one.severity is Severity.ERROR))

    async def _documents(
        self, operator: Operator, bases: Iterable[KnowledgeBase], statuses: Sequence[DocumentStatus]
    ) -> tuple[Document, ...]:
        found: list[Document] = []
        for base in bases:
            for status in statuses:
                wanted = DocumentFilter(status=status)
                found += (await self._knowledge.list_documents(operator, base.id, Page(limit=MOST), wanted)).items
        return tuple(sorted(found, key=lambda document: document.updated_at, reverse=True)[:MOST])
