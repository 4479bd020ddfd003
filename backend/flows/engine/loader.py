"""From the rows of a run back to a job that goes on behind its last finished node."""

from __future__ import annotations

from collections.abc import Mapping

from backend.errors import InvalidInput
from backend.flows.context import RunFacts
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import Chat
from backend.flows.engine.job import RunJob
from backend.flows.engine.plan import Plan, Plans, make_plan
from backend.flows.engine.rows import Kept
from backend.flows.errors import RunNotFound
from backend.flows.kind import Result
from backend.flows.masks import RunMask
from backend.flows.models import NodeRunRow, RunRow
from backend.flows.nodes.registry import AnyKind
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.ownership import Ownership
from backend.flows.repository.runs import RunRepository
from backend.flows.types import NodeStatus, Pacing, Trigger, Usage
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID
from backend.ports.templates import Templates
from backend.unit_of_work import Units

# A run may do this and no more, whoever started it: what its author put into the flow, in its project.
RUN_RIGHTS = frozenset(
    {
        Permission.FLOWS_RUN,
        Permission.PROMPTS_READ,
        Permission.KNOWLEDGE_READ,
        Permission.MODELS_READ,
        Permission.CONVERSATIONS_READ,
    }
)


class Loader:
    """Read what a run needs; plans are kept by snapshot."""

    def __init__(self, units: Units, templates: Templates, kinds: Mapping[str, AnyKind], chat: Chat) -> None:
        self._units, self._templates, self._kinds, self._chat = units, templates, kinds, chat
        self._plans = Plans()
        self.pacing: Pacing | None = None

    async def plan(self, project_id: str, snapshot_id: str) -> Plan:
        """Return the plan of a stored document. Raise InvalidInput when it is not there or has errors."""
        if plan := self._plans.get(snapshot_id):
            return plan
        async with self._units.read(OfProject(project_id)) as session:
            document = await FlowRepository(session, project_id).snapshot(snapshot_id)
        if document is None:
            raise InvalidInput("The document of this run is not there any more.")
        return self.keep(snapshot_id, FlowDocument.stored(document))

    def keep(self, snapshot_id: str, document: FlowDocument) -> Plan:
        """Return the plan of a document at hand."""
        known = self._plans.get(snapshot_id)
        return known or self._plans.keep(make_plan(snapshot_id, document, self._kinds, self._templates))

    async def job(self, run_id: str, attempt: int) -> RunJob:
        """Read a run that is ours under `attempt`, with the nodes that it finished. Raise RunNotFound."""
        async with self._units.read(BY_ID) as session:
            row = await Ownership(session).row(run_id)
            if row is None:
                raise RunNotFound("There is no such run.")
            if row.trigger == Trigger.REPLAY:  # what stood in for its acts went with its process
                raise InvalidInput("The server stopped during this replay.", hint="Replay the turn again.")
            nodes = await RunRepository(session, row.project_id).nodes(run_id)
            mask = await self._chat.masks.of(session, row.project_id, run_id, row.conversation_id, resumes=True)
        return RunJob(
            run_id=run_id,
            attempt=attempt,
            plan=await self.plan(row.project_id, row.snapshot_id),
            facts=await self._facts(row, mask),
            opening=None,
            kept={node.node: _kept(node, mask) for node in nodes if node.status in _FINISHED},
            worked_ms=max((node.offset_ms + node.time_ms for node in nodes), default=0),
        )

    async def _facts(self, row: RunRow, mask: RunMask) -> RunFacts:
        operator = run_operator(row.project_id, row.started_by_id, row.started_by)
        return RunFacts(
            run_id=row.id,
            flow_id=row.flow_id,
            operator=operator,
            input=mask.real(row.input),
            conversation_id=row.conversation_id,
            history=await self._chat.history(operator, row.conversation_id, before_run=row.id),
            asks_people=Trigger(row.trigger).asks_people,
            mask=mask,
            pace=await self.pacing(row.project_id, row.item_id, row.id) if self.pacing and row.item_id else None,
        )


_FINISHED = (NodeStatus.DONE.value, NodeStatus.SKIPPED.value)


def run_operator(project_id: str, user_id: str, name: str) -> Operator:
    """Return who a run acts as: its starter, with the rights of a run."""
    return Operator(
        user_id=user_id,
        name=name,
        organisation_id="",
        project_id=project_id,
        permissions=RUN_RIGHTS,
        via="system",
    )


def _kept(row: NodeRunRow, mask: RunMask) -> Kept:
    result = Result(
        outputs=mask.real(row.output or {}),
        taken=frozenset(row.taken) if row.taken is not None else None,
        reason=row.reason,
        usage=Usage(row.tokens_in, row.tokens_out, row.cost, row.has_unpriced),
        citations=tuple(mask.real(row.citations)),
        detail=row.detail,
    )
    return Kept(NodeStatus(row.status), row.reason, result)
