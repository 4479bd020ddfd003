"""Flows: the kinds, the runner, the journal of the chosen database, and who watches over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from backend.bootstrap.engines import engine
from backend.conversations.service import ConversationService
from backend.flows.context import Outside
from backend.flows.engine.chat import Chat
from backend.flows.engine.loader import Loader
from backend.flows.engine.runner import Runner
from backend.flows.engine.takeover import Watch
from backend.flows.nodes.registry import KINDS
from backend.flows.published import Published
from backend.flows.service import FlowService, RunService
from backend.flows.service.approvals import ApprovalService
from backend.flows.service.pins import Pins
from backend.flows.service.run_log import RunLog
from backend.flows.service.runs import JOB
from backend.flows.service.starting import Starting
from backend.flows.service.takeovers import TakeoverService
from backend.ids import new_id
from backend.periodic import Periodic
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.ports.run_journal import RunJournal
from backend.settings import SQLITE_FILE, Settings
from backend.unit_of_work import Units

LOOK = timedelta(seconds=2)

# Runs that nobody waits for; those that somebody waits for are not counted.
JOBS_AT_ONCE = 4


@dataclass(frozen=True)
class Flows:
    """The services and what stands behind them."""

    flows: FlowService
    runs: RunService
    runner: Runner
    approvals: ApprovalService
    takeovers: TakeoverService
    watch: Watch
    limits: Periodic
    run_log: Periodic
    journal: RunJournal

    async def start(self) -> None:
        """Go on with what a crash left, and watch over what runs and waits."""
        await self.watch.start()
        self.limits.start()
        self.run_log.start()

    async def close(self) -> None:
        """Checkpoint what still runs, then write what waits: runs had their grace while the process was drained."""
        await self.run_log.stop()
        await self.limits.stop()
        await self.watch.stop()
        await self.runner.close(0)
        await self.journal.close()


def open_journal(settings: Settings) -> RunJournal:
    if settings.database == "sqlite":
        return cast(RunJournal, engine("run_journal.sqlite", "SqliteRunJournal")(settings.folder / SQLITE_FILE))
    return cast(RunJournal, engine("run_journal.postgres", "PostgresRunJournal")(settings.database))


def open_flows(
    settings: Settings,
    units: Units,
    events: Events,
    jobs: Jobs,
    *,
    conversations: ConversationService,
    outside: Outside,
) -> Flows:
    worker = new_id("worker")
    journal, published, chat = open_journal(settings), Published(), Chat(units, conversations)
    templates = outside.templates
    loader = Loader(units, templates, KINDS, chat)
    runner = Runner(journal, events, outside, chat.settle)
    pins = Pins(units, outside.prompts)
    starting = Starting(
        units, templates, KINDS, published=published, loader=loader, chat=chat, worker=worker, pins=pins
    )
    runs = RunService(units, events, jobs, starting=starting, loader=loader, runner=runner, chat=chat, worker=worker)
    jobs.register(JOB, runs.execute, concurrency=JOBS_AT_ONCE, pending=runs.waiting)
    approvals = ApprovalService(units, events, jobs, chat.masks, templates)

    async def end_overdue() -> None:
        await approvals.end_overdue()

    return Flows(
        flows=FlowService(units, events, templates, KINDS, published, prompts=outside.prompts, models=outside.models),
        runs=runs,
        runner=runner,
        approvals=approvals,
        takeovers=TakeoverService(units, events, jobs, conversations, loader),
        limits=Periodic("the watch over time limits", LOOK, end_overdue),
        run_log=Periodic("the log of runs", LOOK, RunLog(units, conversations, loader).catch_up),
        watch=Watch(units, runner, worker, runs.inherit, runs.give_up, alone=settings.database == "sqlite"),
        journal=journal,
    )
