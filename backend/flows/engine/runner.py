"""The runs of this process: start, watch over, cancel, and hand back at the end."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from backend.columns import storable, utc_now
from backend.errors import DomainError, Unavailable
from backend.flows.context import Outside
from backend.flows.engine.call import FIRST_PAUSE_SECONDS
from backend.flows.engine.execution import Execution
from backend.flows.engine.job import RunJob, RunOutcome
from backend.flows.engine.product import Product
from backend.flows.engine.recorder import Recorder
from backend.flows.engine.voice import Voice
from backend.flows.errors import Fenced, NodeFailed, RecordRefused, RunCancelled, RunInterrupted, RunWaits
from backend.flows.types import RunStatus
from backend.ports.events import Events
from backend.ports.run_journal import RunEnding, RunJournal

# What runs when the process is asked to end gets this long before it is checkpointed as it stands: in all, 10 s.
GRACE_SECONDS = 8.5
CHECKPOINT_SECONDS = 1.0
# What the next attempt may not meet again: a full disk, a lock, a database that starts, a run that is another's.
_MAY_PASS = (Unavailable, OperationalError, InterfaceError, NoConnection)
logger = logging.getLogger(__name__)
Settle = Callable[[RunJob, RunOutcome], Awaitable[bool]]


class _Active:
    """One run under way."""

    def __init__(self, execution: Execution, recorder: Recorder) -> None:
        self.execution, self.recorder = execution, recorder
        self.task: asyncio.Task[RunOutcome] | None = None
        self.is_cancelled = False
        self.is_ending = False


class Runner:
    """Carry runs out as tasks of this process: whoever waits for one may go away, the run does not care."""

    def __init__(
        self,
        journal: RunJournal,
        events: Events,
        outside: Outside,
        settle: Settle,
        *,
        first_pause: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`settle` writes the answer of a chat to the log, before the run is closed; twice must be as once.

        It returns False where a person answers there meanwhile: the run then waits for them, with its answer unsaid.
        """
        self._journal, self._events, self._outside, self._settle = journal, events, outside, settle
        self._first_pause = first_pause
        self._active: dict[str, _Active] = {}
        self.refusals: Counter[str] = Counter()
        """How often the record of a run was refused for a reason that time does not mend."""
        self._is_stopping = False

    @property
    def open_runs(self) -> list[str]:
        """Return the ids of the runs that have a row: those a dead process would leave behind."""
        return [run_id for run_id, active in self._active.items() if active.recorder.is_open]

    @property
    def is_stopping(self) -> bool:
        """Tell whether the process ends: its runs go on at the next start."""
        return self._is_stopping

    def task_of(self, run_id: str) -> asyncio.Task[RunOutcome] | None:
        active = self._active.get(run_id)
        return active.task if active else None

    def start(self, job: RunJob) -> asyncio.Task[RunOutcome]:
        """Begin a run. The task ends with its outcome; it raises only Fenced, RunInterrupted and RecordRefused."""
        if self._is_stopping:
            raise RunInterrupted("The server is stopping.", hint="Try again in a moment.")
        recorder = Recorder(self._journal, job.run_id, job.attempt, job.opening, job.facts.mask)
        voice = Voice(self._events, job.run_id)
        execution = Execution(
            job.plan,
            job.facts,
            outside=self._outside,
            recorder=recorder,
            voice=voice,
            kept=job.kept,
            worked_ms=job.worked_ms,
            first_pause=self._first_pause,
        )
        active = self._active[job.run_id] = _Active(execution, recorder)
        active.task = asyncio.create_task(self._carry(job, active, voice), name=job.run_id)
        active.task.add_done_callback(lambda task: self._forget(job.run_id, active, task))
        return active.task

    @property
    def held(self) -> dict[str, str]:
        """Return the run of each approval that a run of this process waits for while other nodes of it go on."""
        return {approval: run_id for run_id, active in self._active.items() for approval in active.execution.held}

    def wake(self, run_id: str) -> None:
        """Let a run of this process look again at what was decided."""
        if active := self._active.get(run_id):
            active.execution.woken.set()

    def cancel(self, run_id: str) -> bool:
        """End a run of this process; False when it is not one."""
        active = self._active.get(run_id)
        if active is None or active.task is None:
            return False
        # One whose end is being written keeps that end: cut off there, it would stand open until it is mended.
        if not active.is_cancelled and not active.is_ending:
            active.is_cancelled = True
            active.task.cancel()
        return True

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Start no further node, give running ones their grace, keep what is done. The next start goes on behind it."""
        self._is_stopping = True
        tasks = [active.task for active in self._active.values() if active.task]
        for active in self._active.values():
            active.execution.is_stopping = True
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=CHECKPOINT_SECONDS)

    def _forget(self, run_id: str, active: _Active, task: asyncio.Task[RunOutcome]) -> None:
        if self._active.get(run_id) is active:  # a later attempt may stand here by now
            del self._active[run_id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Fenced | RunInterrupted):
            logger.error("run %s was left as it stands", run_id, exc_info=error)
            self.refusals[run_id] += not isinstance(error, _MAY_PASS)

    async def _carry(self, job: RunJob, active: _Active, voice: Voice) -> RunOutcome:
        try:
            product = await active.execution.run()
            outcome = _outcome(RunStatus.DONE, product, active.execution)
        except asyncio.CancelledError:
            if not active.is_cancelled:  # the process ends: keep what is done
                await self._keep(active)
                raise
            current = asyncio.current_task()
            assert current is not None
            current.uncancel()
            outcome = _ended_early(active, RunCancelled("The run was cancelled."))
        except Fenced:
            logger.warning("run %s was taken over by another process", job.run_id)
            raise
        except RunInterrupted:
            await self._keep(active)
            raise
        except RecordRefused:
            raise
        except RunWaits as wait:  # its row says so already: a decision may have it carried on by now
            outcome = _outcome(RunStatus.WAITING, active.execution.product(), active.execution, wait.waits_for)
            await _tell(voice, outcome)
            return outcome
        except DomainError as error:
            outcome = _ended_early(active, error)
        except Exception:
            logger.exception("run %s failed", job.run_id)
            outcome = _ended_early(active, DomainError("The run failed for a reason of our own."))
        active.is_ending = True
        outcome = await self._close(job, active, outcome)
        await _tell(voice, outcome)
        return outcome

    async def _close(self, job: RunJob, active: _Active, outcome: RunOutcome) -> RunOutcome:
        """Settle a chat under the fence, then close the run: a crash between the two is mended by the next attempt."""
        if job.facts.conversation_id:
            if outcome.status is not RunStatus.CANCELLED:
                await active.recorder.check()
            if not await self._settle(job, outcome):
                return replace(outcome, status=RunStatus.WAITING, output=None, citations=[])
        if active.execution.held and self._outside.people:
            await self._outside.people.dismiss(job.facts, "The run ended before anybody decided.")
        await active.recorder.end(
            RunEnding(
                status=outcome.status,
                output=outcome.output,
                citations=outcome.citations,
                error=outcome.error,
                error_node=outcome.error_node,
                tokens_in=outcome.usage.tokens_in,
                tokens_out=outcome.usage.tokens_out,
                cost=outcome.usage.cost,
                has_unpriced=outcome.usage.has_unpriced,
                finished_at=utc_now(),
                time_ms=outcome.time_ms,
            )
        )
        await job.facts.mask.forget(job.run_id)
        return outcome

    async def _keep(self, active: _Active) -> None:
        try:
            await active.recorder.check()
        except DomainError:
            logger.warning("a run could not be checkpointed at the end of the process", exc_info=True)


def _outcome(status: RunStatus, product: Product, execution: Execution, waits_for: tuple[str, ...] = ()) -> RunOutcome:
    output = product.output if status is RunStatus.DONE else None
    return RunOutcome(
        status,
        output,
        product.citations,
        product.usage,
        execution.time_ms,
        waits_for=waits_for,
        models=tuple(product.models),
        steps=tuple(product.steps),
        refused=product.refused,
    )


def _ended_early(active: _Active, error: DomainError) -> RunOutcome:
    product = active.execution.product()
    node = error.node if isinstance(error, NodeFailed) else ""
    said = storable(f"{error.message} {error.hint}".strip())
    return RunOutcome(
        status=RunStatus.CANCELLED if isinstance(error, RunCancelled) else RunStatus.FAILED,
        output=None,
        citations=[],
        usage=product.usage,
        time_ms=active.execution.time_ms,
        error=f"{error.plate:02d} {error.title}: {said}" if isinstance(error, NodeFailed) else said,
        error_node=node,
        cause=error,
        models=tuple(product.models),
        steps=tuple(product.steps),
    )


async def _tell(voice: Voice, outcome: RunOutcome) -> None:
    usage = outcome.usage.as_json()
    if outcome.status is RunStatus.DONE:
        await voice.say(
            "run.done",
            status=outcome.status.value,
            output=outcome.output,
            usage=usage,
            citations=outcome.citations,
            time_ms=outcome.time_ms,
        )
    elif outcome.status is RunStatus.WAITING:
        waits_for = list(outcome.waits_for)
        await voice.say("run.waiting", status="waiting", waits_for=waits_for, usage=usage, time_ms=outcome.time_ms)
    else:
        await voice.say(
            "run.failed",
            status=outcome.status.value,
            error=outcome.error,
            node=outcome.error_node,
            usage=usage,
            time_ms=outcome.time_ms,
        )
