"""Run flows, watch them, cancel them, and read what they did."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Literal

from backend.columns import utc_now
from backend.errors import InvalidInput, NotFound
from backend.flows.document import FlowDocument
from backend.flows.engine.chat import Chat
from backend.flows.engine.job import RunOutcome
from backend.flows.engine.loader import Loader, run_operator
from backend.flows.engine.runner import Runner
from backend.flows.errors import ConversationHeld, Fenced, RecordRefused, RunInterrupted, RunNotFound
from backend.flows.instead import Instead
from backend.flows.repository.approvals import ApprovalRepository
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.ownership import Ownership
from backend.flows.repository.runs import RunRepository
from backend.flows.service.begun import GOES_ON, Begun, result_of
from backend.flows.service.listening import LAST_WORDS, Missed, heard, heard_or_quiet, unheard
from backend.flows.service.parts import flow_row
from backend.flows.service.starting import Starting
from backend.flows.shapes import node_runs_of, run_of
from backend.flows.types import Pacing, Run, RunDetail, RunResult, RunStatus, RunWish, Trigger, Usage, run_topic
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.database import OfProject
from backend.ports.events import Events, EventsLost
from backend.ports.jobs import BY_ID, Jobs, Waiting
from backend.unit_of_work import Units

JOB = "run"
CANCELLED = "The run was cancelled."
CLOSED = "The project of the run was closed."
QUIET_SECONDS = 0.5  # a worker in another process tells its progress by the rows alone
# People take minutes. Whoever decides in this process is heard at once all the same.
WAITING_QUIET_SECONDS = 3.0
FIRST_PAGE = Page()


class RunService:
    """One per process. `worker` is this process's name in the rows of the runs it owns."""

    def __init__(
        self,
        units: Units,
        events: Events,
        jobs: Jobs,
        *,
        starting: Starting,
        loader: Loader,
        runner: Runner,
        chat: Chat,
        worker: str,
    ) -> None:
        self._units, self._events, self._jobs = units, events, jobs
        self._starting, self._loader, self._runner, self._chat, self._worker = starting, loader, runner, chat, worker
        self._begun = Begun(units, runner)

    def pace_by(self, pacing: Pacing) -> None:
        """Let runs that a crash left ask their models at the pace that they had."""
        self._loader.pacing = pacing

    async def run(self, operator: Operator, name: str, wish: RunWish) -> RunResult:
        """Run a flow and wait for its end; a run that fails, or waits for a person, is an answer, not an error.

        One that was begun before under the id of the wish is waited for instead.
        Raise FlowNotFound, VersionNotFound, FlowHasProblems, InvalidInput, Conflict when nothing is published,
        RunInterrupted when the server stops before the end.
        """
        operator.require(Permission.FLOWS_RUN)
        if wish.run_id and (begun := await self._begun.result(operator, wish.run_id)):
            return begun
        prepared = await self._starting.prepare(operator, name, wish)
        try:
            job = await self._starting.job(operator, prepared)
        except ConversationHeld as held:
            return RunResult(held.run_id, RunStatus.WAITING, None, Usage(), [], held.conversation_id, "", "", 0)
        task = self._runner.start(job)
        try:
            outcome = await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise  # the caller went away; the run goes on
            raise RunInterrupted(GOES_ON) from None
        except (Fenced, RecordRefused):  # it goes on without us
            if wish.run_id and (begun := await self._begun.result(operator, wish.run_id)):
                return begun
            raise
        return result_of(job.run_id, outcome, job.facts.conversation_id)

    async def stream(self, operator: Operator, name: str, wish: RunWish) -> AsyncGenerator[dict[str, Any]]:
        """Start a run and yield its events, the last being run.done, run.failed or run.waiting; close it to end.

        Who may not read runs hears no words of single nodes, such as who refused a draft, and the draft.
        Raise as `run` does, at once.
        """
        operator.require(Permission.FLOWS_RUN)
        prepared = await self._starting.prepare(operator, name, wish)
        try:
            job = await self._starting.job(operator, prepared)
        except ConversationHeld as held:
            return _held(held)

        async def events() -> AsyncGenerator[dict[str, Any]]:
            task: asyncio.Task[RunOutcome] | None = None
            missed = Missed(partial(self._record, operator, prepared.run_id))
            while not missed.is_over:
                async with self._events.subscribe(run_topic(prepared.run_id)) as listener:
                    task = task or self._runner.start(job)
                    async with aclosing(missed.filled(heard(listener, task))) as said:
                        async for event in said:
                            yield {"conversation_id": job.facts.conversation_id, **event, **unheard(operator, event)}

        return events()

    async def watch(self, operator: Operator, run_id: str) -> AsyncGenerator[RunDetail | dict[str, Any]]:
        """Yield the record of a run, then its events, and its record again after each silence and at its end.

        Ends with a record that is final. Raise RunNotFound, before anything is listened to. Who reads so slowly that
        events are lost gets the record in their place.
        """
        detail = await self.get(operator, run_id)
        told = False
        while not (told and detail.run.status.is_final):
            async with self._events.subscribe(run_topic(run_id)) as listener:
                yield (detail := await self._found(operator, run_id))
                told = True
                with contextlib.suppress(EventsLost):
                    waits = detail.run.status is RunStatus.WAITING
                    quiet = WAITING_QUIET_SECONDS if waits else QUIET_SECONDS
                    async with aclosing(heard_or_quiet(listener, quiet)) as said:
                        while not detail.run.status.is_final and waits == (detail.run.status is RunStatus.WAITING):
                            event = await anext(said)
                            if event is not None:
                                yield event
                            if event is None or event["event"] in LAST_WORDS:
                                yield (detail := await self._found(operator, run_id))

    async def enqueue(self, operator: Operator, name: str, wish: RunWish) -> Run:
        """Write a run down and let the jobs carry it out. Raise what `run` raises."""
        operator.require(Permission.FLOWS_RUN)
        prepared = await self._starting.prepare(operator, name, wish)
        async with self._units.write(operator) as work:
            _, is_held, _ = await self._starting.open_row(work, operator, prepared, RunStatus.QUEUED)
            if not is_held:
                work.after_commit(lambda: self._jobs.enqueue(JOB, prepared.run_id, 1))
        return (await self._found(operator, prepared.run_id)).run

    async def pin(
        self, operator: Operator, name: str, version: int | Literal["draft"], instead: Instead | None = None
    ) -> str:
        """Keep a version as it would run now, to be run as `RunWish.snapshot_id` whatever its labels mean by then.

        `instead` is what its nodes ask and search in place of their own. Raise FlowNotFound, VersionNotFound,
        FlowHasProblems, NotFound where a label has no version, InvalidInput where no node would heed `instead`.
        """
        operator.require(Permission.FLOWS_RUN)
        return await self._starting.pin(operator, name, version, instead)

    async def is_masked(self, operator: Operator, run_id: str) -> bool:
        """Tell whether a run of the operator's project is written down with placeholders for what is masked."""
        if self._chat.masks.is_off(operator.project_id):
            return False
        async with self._units.read(operator) as session:
            return (await self._chat.masks.of(session, operator.project_id, run_id, None)).is_on

    async def get(self, operator: Operator, run_id: str) -> RunDetail:
        """Return a run, the document it ran and what each node did. Raise RunNotFound."""
        operator.require(Permission.FLOWS_READ)
        return await self._found(operator, run_id)

    async def list(
        self,
        operator: Operator,
        page: Page = FIRST_PAGE,
        *,
        flow: str = "",
        statuses: Sequence[RunStatus] = (),
        but: Trigger | None = None,
    ) -> Listed[Run]:
        """Return a page of runs, newest first; of one flow (id or slug) where named; none that came from `but`.

        Raise FlowNotFound.
        """
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            flow_id = (await flow_row(FlowRepository(session, operator.project_id), flow)).id if flow else ""
            rows = await RunRepository(session, operator.project_id).runs(
                page, flow_id=flow_id, statuses=statuses, but=but
            )
            return Listed.cut([run_of(*row) for row in rows], page)

    async def cancel(self, operator: Operator, run_id: str) -> Run:
        """End a run that has not ended, within 2 s; one that has is left as it is. Raise RunNotFound."""
        operator.require(Permission.FLOWS_RUN)
        task = self._runner.task_of(run_id)
        found = await self._found(operator, run_id)
        if found.run.status.is_final:
            return found.run
        async with self._units.write(operator) as work:
            rows = RunRepository(work.session, operator.project_id)
            if await rows.cancel_idle(run_id, CANCELLED, utc_now()):
                await ApprovalRepository(work.session, operator.project_id).end(run_id, CANCELLED)
                await self._chat.fail(work, operator, run_id, CANCELLED, was_cancelled=True)
            await rows.ask_to_cancel(run_id)
        if task is not None and self._runner.cancel(run_id):
            await asyncio.wait([task], timeout=2)
        return (await self._found(operator, run_id)).run

    async def cut(self, operator: Operator, run_id: str) -> Usage | None:
        """End a run whose answer nobody will read and say what it cost; None where it goes on at the next start."""
        if self._runner.is_stopping:
            return None
        if (task := self._runner.task_of(run_id)) and self._runner.cancel(run_id):
            await asyncio.wait([task], timeout=2)
        with contextlib.suppress(RunNotFound):  # it had not begun
            return (await self.cancel(operator, run_id)).usage
        return Usage()

    async def end_all(self, project_id: str) -> None:
        """Cancel what runs or waits in a project that was closed; other processes follow at their next beat."""
        async with self._units.write(OfProject(project_id)) as work:
            rows = RunRepository(work.session, project_id)
            unfinished = await rows.unfinished()
            for run_id in unfinished:
                if await rows.cancel_idle(run_id, CLOSED, utc_now()):
                    await ApprovalRepository(work.session, project_id).end(run_id, CLOSED)
                    await self._chat.fail(work, run_operator(project_id, "", ""), run_id, CLOSED)
                await rows.ask_to_cancel(run_id)
        for run_id in unfinished:
            self._runner.cancel(run_id)

    async def execute(self, run_id: str) -> None:
        """Carry a queued run out to its end; the body of the job. One that runs or has ended is left alone."""
        async with self._units.write(BY_ID) as work:
            attempt = await Ownership(work.session).claim(run_id, self._worker, utc_now())
        if attempt is None:
            if task := self._runner.task_of(run_id):
                await asyncio.wait([task])
            return
        if task := await self._go_on(run_id, attempt):
            await asyncio.wait([task])

    async def inherit(self, run_id: str, attempt: int) -> None:
        """Go on with a run that was taken over; returns at once."""
        await self._go_on(run_id, attempt)

    async def give_up(self, run_id: str, attempt: int, said: str) -> None:
        """End a run of ours that cannot be carried out, and its turn of a chat, with these words."""
        async with self._units.write(BY_ID) as work:
            ownership = Ownership(work.session)
            await ownership.give_up(run_id, attempt, said, utc_now())
            if row := await ownership.row(run_id):
                acting = run_operator(row.project_id, row.started_by_id, row.started_by)
                await self._chat.fail(work, acting, run_id, said)

    async def waiting(self) -> Sequence[Waiting]:
        """Return the queued runs, for the jobs that look for what a crash kept from being enqueued."""
        async with self._units.read(BY_ID) as session:
            return [Waiting(*row) for row in await Ownership(session).queued()]

    async def _go_on(self, run_id: str, attempt: int) -> asyncio.Task[RunOutcome] | None:
        """Start an attempt of ours; a run that cannot be carried out any more ends as failed, and None is returned."""
        try:
            return self._runner.start(await self._loader.job(run_id, attempt))
        except (InvalidInput, NotFound) as error:
            await self.give_up(run_id, attempt, f"{error.message} {error.hint}".strip())
            return None

    async def _record(self, operator: Operator, run_id: str) -> RunDetail | None:
        """Return what is written of a run; None while nothing is."""
        try:
            return await self._found(operator, run_id)
        except RunNotFound:
            return None

    async def _found(self, operator: Operator, run_id: str) -> RunDetail:
        async with self._units.read(operator) as session:
            rows = RunRepository(session, operator.project_id)
            found = await rows.run(run_id)
            if found is None:
                raise RunNotFound("There is no such run.")
            row, flow = found
            nodes = await rows.nodes(run_id)
            stored = await FlowRepository(session, operator.project_id).snapshot(row.snapshot_id)
            document = FlowDocument.stored(stored or {})
            return RunDetail(run_of(row, flow), document, node_runs_of(document, nodes), row.snapshot_id)


async def _held(held: ConversationHeld) -> AsyncGenerator[dict[str, Any]]:
    """Say the only word of a run that waits for the person who answers its conversation."""
    said = {"event": "run.waiting", "run_id": held.run_id, "status": "waiting", "waits_for": []}
    yield {"conversation_id": held.conversation_id, **said, "usage": Usage().as_json(), "time_ms": 0}
