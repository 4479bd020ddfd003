"""A runner over a real database, and kinds of node that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from backend.columns import utc_now
from backend.engines.events.in_process import InProcessEvents
from backend.engines.templates.jinja import JinjaTemplates
from backend.errors import DomainError
from backend.flows.context import NodeContext, Outside, RunFacts
from backend.flows.document import FlowDocument, PortType
from backend.flows.engine.job import RunJob, RunOutcome
from backend.flows.engine.loader import run_operator
from backend.flows.engine.plan import make_plan
from backend.flows.engine.rows import Kept
from backend.flows.engine.runner import Runner
from backend.flows.kind import NodeConfig, NodeKind, Result
from backend.flows.models import FlowRow, NodeRunRow, RunRow
from backend.flows.nodes.registry import KINDS
from backend.flows.ports import Port
from backend.flows.repository.runs import RunRepository
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from backend.ports.run_journal import RunJournal, RunOpening
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE

Act = Callable[[NodeContext[Any], Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class StepConfig(NodeConfig):
    """`say` is its output; whatever else a test wants stands in `note`."""

    say: str = "x"
    note: str = ""


class Step(NodeKind[StepConfig]):
    """A node that acts as the test tells it."""

    name = "step"
    title = "Step"
    group = "Test"
    icon = "dot"
    description = "Act."
    Config = StepConfig
    inputs = (Port(name="data", type=PortType.ANY, many=True), Port(name="must", type=PortType.ANY, required=False))
    outputs = (Port(name="text", type=PortType.TEXT), Port(name="more", type=PortType.ANY))

    def __init__(self, act: Act | None = None, *, effect: bool = False, waits: bool = False) -> None:
        self._act = act
        self.effect = effect  # type: ignore[misc]  # a class variable of the kinds that ship
        self.waits = waits  # type: ignore[misc]

    def line(self, config: StepConfig) -> str:
        return config.say

    async def run(self, context: NodeContext[StepConfig], inputs: Mapping[str, Any]) -> Result:
        if self._act is None:
            return Result({"text": context.config.say})
        return Result(await self._act(context, inputs))


class Stage:
    """Carry documents out with the kinds of the house and those of the test."""

    def __init__(
        self, units: Units, journal: RunJournal, operator: Operator, templates: JinjaTemplates, **outside: Any
    ) -> None:
        self.units, self.journal, self.operator, self.templates = units, journal, operator, templates
        self.events = InProcessEvents()
        self.kinds: dict[str, NodeKind[Any]] = {**KINDS, "step": Step()}
        given: dict[str, Any] = {"http": None, "language_model": None, "models": None, "knowledge": None, **outside}
        self.outside = Outside(templates=templates, **given)
        self.settled: list[RunOutcome] = []
        self.runner = Runner(journal, self.events, self.outside, self._settle, first_pause=0.01)
        self.flow_id = new_id("flow")

    async def _settle(self, _job: RunJob, outcome: RunOutcome) -> bool:
        self.settled.append(outcome)

    async def open(self) -> None:
        async with self.units.write(EVERYWHERE) as work:
            work.session.add(FlowRow(id=self.flow_id, project_id=self.operator.project_id, name="F", slug=self.flow_id))

    def job(
        self,
        document: FlowDocument,
        given: dict[str, Any] | None = None,
        *,
        run_id: str = "",
        attempt: int = 1,
        kept: Mapping[str, Kept] | None = None,
        resumed: bool = False,
    ) -> RunJob:
        run_id = run_id or new_id("run")
        value = given if given is not None else {"question": "hello"}
        plan = make_plan(new_id("snap"), document, self.kinds, self.templates)
        acting = run_operator(self.operator.project_id, self.operator.user_id, self.operator.name)
        facts = RunFacts(run_id, self.flow_id, acting, value)
        opening = RunOpening(
            project_id=self.operator.project_id,
            flow_id=self.flow_id,
            version=1,
            draft_version=None,
            snapshot_id="snap",
            trigger="api",
            worker="worker_test",
            input=value,
            conversation_id=None,
            started_by="me",
            started_by_id="user",
            created_at=utc_now(),
        )
        return RunJob(run_id, attempt, plan, facts, None if resumed else opening, kept or {})

    async def run(self, document: FlowDocument, given: dict[str, Any] | None = None, **other: Any) -> RunOutcome:
        return await self.runner.start(self.job(document, given, **other))

    async def record(self, run_id: str) -> tuple[RunRow, dict[str, NodeRunRow]]:
        async with self.units.read(EVERYWHERE) as session:
            rows = RunRepository(session, self.operator.project_id)
            found = await rows.run(run_id)
            assert found is not None
            return found[0], {row.node: row for row in await rows.nodes(run_id)}

    async def last(self) -> tuple[RunRow, dict[str, NodeRunRow]]:
        """Return the newest run and its nodes."""
        async with self.units.read(EVERYWHERE) as session:
            return await self.record(await newest(RunRepository(session, self.operator.project_id)))


async def newest(rows: RunRepository) -> str:
    return (await rows.runs(Page(1)))[0][0].id


async def says(_context: NodeContext[Any], inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say what came in."""
    return {"text": ",".join(str(value) for value in inputs.get("data", []))}


def sleeps(seconds: float) -> Act:
    async def act(context: NodeContext[Any], _inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        await asyncio.sleep(seconds)
        return {"text": context.node_id}

    return act


def fails(times: int, error: DomainError, seen: list[str] | None = None) -> Act:
    """Fail so often, then say how often it was called."""
    called: list[str] = seen if seen is not None else []

    async def act(context: NodeContext[Any], _inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        called.append(context.idempotency_key)
        if len(called) <= times:
            raise error
        return {"text": str(len(called))}

    return act
