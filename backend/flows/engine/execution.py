"""One run, from its first ready node to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.columns import utc_now
from backend.errors import DomainError, InvalidInput
from backend.flows.context import Ask, NodeContext, Outside, RunFacts, at_once
from backend.flows.engine.call import FIRST_PAUSE_SECONDS, Outcome, call
from backend.flows.engine.clock import RunClock
from backend.flows.engine.covering import run_covered
from backend.flows.engine.joins import Go, Joins, Skip
from backend.flows.engine.people import asked_of, by_default
from backend.flows.engine.plan import Plan, Step
from backend.flows.engine.product import Product
from backend.flows.engine.recorder import Recorder
from backend.flows.engine.rows import (
    Kept,
    ended,
    inputs_hash,
    keepable,
    shown,
    skipped_entry,
    started,
    waiting_entry,
)
from backend.flows.engine.voice import Voice
from backend.flows.errors import NodeFailed, RunInterrupted, RunLimitReached, RunWaits, WaitsForPerson
from backend.flows.kind import Result
from backend.flows.types import Decided, NodeStatus, Wanted
from backend.ports.run_journal import NodeEntry

# Cancelling frees everything in 2 s; a node that does not let go by then is left to itself.
LET_GO_SECONDS = 1.5
ENDED_BEFORE = "the run ended before it"


class Execution:
    """Run the nodes of a plan as their inputs are decided. One object for one attempt."""

    def __init__(
        self,
        plan: Plan,
        facts: RunFacts,
        *,
        outside: Outside,
        recorder: Recorder,
        voice: Voice,
        kept: Mapping[str, Kept],
        worked_ms: float = 0,
        first_pause: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`kept` are the nodes that an earlier attempt finished: they are not run again. The clock goes on behind
        `worked_ms`, which they took."""
        self._plan, self._facts, self._outside = plan, facts, outside
        self._recorder, self._voice, self._kept = recorder, voice, kept
        self._joins = Joins(plan)
        self._ready: deque[Go | Skip] = deque(self._joins.begin())
        self._values: dict[str, Any] = {}
        self._results: dict[int, Result] = {}
        self._running: dict[asyncio.Task[None], Step] = {}
        self._begun: dict[int, tuple[NodeEntry, Outcome]] = {}
        self._clock = RunClock(worked_ms)
        self._product = Product()
        self._first_pause = first_pause
        self.is_stopping = False
        self.held: dict[str, Go] = {}
        """The nodes that wait for a person, by approval."""
        self.woken = asyncio.Event()
        """Set when one of them was decided about."""

    @property
    def time_ms(self) -> float:
        return self._clock.time_ms

    async def run(self) -> Product:
        """Return what came out.

        Raise NodeFailed, RunLimitReached, RunCancelled, RunInterrupted, RunWaits or Fenced.
        """
        limit = self._plan.limits.seconds
        try:
            async with asyncio.timeout(limit) as timeout:
                self._clock.hold(timeout)
                await self._loop()
        except TimeoutError as error:
            raise RunLimitReached(f"The run took longer than {limit:g} s.", hint="Raise its limit.") from error
        finally:
            await self._let_go()
        if self._ready:  # only a stopping process leaves nodes behind
            raise RunInterrupted("The server stops; the run goes on at its next start.")
        return self.product()

    def product(self) -> Product:
        self._product.collect(self._plan, self._results)
        self._results.clear()
        return self._product

    async def _loop(self) -> None:
        while True:
            while self._ready and not self.is_stopping and len(self._running) < self._plan.limits.at_once:
                settled = self._ready.popleft()
                if isinstance(settled, Skip):
                    await self._skip(settled)
                elif settled.step.is_quick and not self._ready and not self._running:
                    await self._perform(settled)  # alone: a task of its own would only cost time
                else:
                    task = asyncio.create_task(self._perform(settled))
                    self._running[task] = settled.step
            self._clock.running(len(self._running))
            if self._running:
                await self._next()
            elif self.held and not self._ready:
                await self._park()
            else:
                return

    async def _next(self) -> None:
        """Wait until a node ends or somebody decides about one that is held."""
        woken = asyncio.create_task(self.woken.wait()) if self.held else None
        hoped_for = {*self._running, woken} if woken else set(self._running)
        done, _ = await asyncio.wait(hoped_for, return_when=asyncio.FIRST_COMPLETED)
        if woken:
            woken.cancel()
            if self.woken.is_set():
                self._ask_again()
        ended_now = [task for task in self._running if task in done]
        for task in ended_now:
            del self._running[task]
        for task in ended_now:
            task.result()

    async def _park(self) -> None:
        """Wait without a process, unless something was decided meanwhile."""
        await self._recorder.check()
        people = self._outside.people
        assert people is not None
        if await people.park(self._facts, self._recorder.attempt, self.held):
            waits_for = tuple(self.held)
            self.held.clear()
            raise RunWaits(waits_for)
        self._ask_again()

    def _ask_again(self) -> None:
        self.woken.clear()
        self._ready.extend(self.held.values())
        self.held.clear()

    async def _let_go(self) -> None:
        """Cancel what still runs, and wait for it a moment."""
        if not self.is_stopping:
            for go in self.held.values():
                self._recorder.add(ended(go.step, NodeStatus.CANCELLED, self.time_ms, reason=ENDED_BEFORE))
        if not self._running:
            return
        for task in self._running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(self._running, timeout=LET_GO_SECONDS)
        for task, step in self._running.items():
            if task.done() and not task.cancelled():
                task.exception()  # looked at, so that the loop does not report it again
            entry, outcome = self._begun.pop(step.index, (None, None))
            if outcome:
                self._product.usage += outcome.usage
            if not self.is_stopping:
                row = ended(step, NodeStatus.CANCELLED, self.time_ms, reason=ENDED_BEFORE, entry=entry, outcome=outcome)
                self._recorder.add(row)
        self._running.clear()

    async def _skip(self, skip: Skip) -> None:
        step = skip.step
        if step.node.id not in self._kept:
            self._recorder.add(skipped_entry(step, skip.reason, self.time_ms))
            await self._voice.skipped(step, skip.reason)
        self._values[step.node.id] = {}
        self._ready.extend(self._joins.skipped(step, skip.reason))

    async def _perform(self, go: Go) -> None:
        step = go.step
        kept = self._kept.get(step.node.id)
        if kept is not None:
            self._product.usage += kept.result.usage
            self._decide(step, kept.result)
            return
        self._check_budget()
        offset, moment = self.time_ms, utc_now()
        await self._voice.started(step)
        values = {name: self._values[name] for name in step.needs if name in self._values}
        written = shown(await self._facts.mask.kept(go.inputs))  # before it is cut: half an address is one too
        entry = started(step, moment, offset, written, inputs_hash(step, go.inputs, values))
        if step.kind.effect:
            await self._recorder.write(entry)
        outcome = Outcome()
        context: NodeContext[Any] = NodeContext(
            step.config,
            self._facts,
            step.node.id,
            values,
            self._outside,
            self._voice.speaker(step, is_held=step.index in self._plan.held),
            step.port_names,
            self._tokens_left(),
            spend=outcome.spend,
            ask=self._asker(step, entry),
            turn=partial(self._clock.turn, pace, outcome) if (pace := self._facts.pace) else at_once,
        )

        async def act() -> Result:
            return keepable(step, await run_covered(step, context, go.inputs))

        self._begun[step.index] = entry, outcome
        try:
            await call(step, act, outcome, first_pause=self._first_pause)
        except WaitsForPerson as wait:
            del self._begun[step.index]
            self.held[wait.approval_id] = go
            await self._voice.waits(step, wait.approval_id)
            return
        del self._begun[step.index]
        self._product.usage += outcome.usage
        row = ended(step, _status(outcome), self.time_ms, entry=entry, outcome=outcome)
        if outcome.result is None:
            self._recorder.add(row)
            await self._voice.ended(step, row, outcome)
            raise _failure(step, outcome.error)
        if step.kind.effect:
            await self._recorder.write(row)
        else:
            self._recorder.add(row)
        await self._voice.ended(step, row, outcome)
        self._decide(step, outcome.result)

    def _asker(self, step: Step, entry: NodeEntry) -> Ask:
        async def ask(wanted: Wanted) -> Decided:
            if not self._facts.asks_people:
                repeats = self._facts.repeats
                return by_default(wanted, acts=repeats is not None and repeats.acts)
            people = self._outside.people
            if people is None:
                raise InvalidInput("Nobody can be asked here.")
            await self._recorder.write(waiting_entry(entry))  # the run has a row, and all that led here is on disk
            citations = [one for index in sorted(self._results) for one in self._results[index].citations]
            return await people.ask(self._facts, asked_of(self._plan, step, self._facts, wanted, citations))

        return ask

    def _decide(self, step: Step, result: Result) -> None:
        self._values[step.node.id] = result.outputs
        self._results[step.index] = result
        if model := result.detail.get("model"):
            self._product.models.add(str(model))
        self._ready.extend(self._joins.done(step, result.outputs, result.taken, result.reason))

    def _tokens_left(self) -> int:
        used = self._product.usage
        return max(1, self._plan.limits.tokens - used.tokens_in - used.tokens_out)

    def _check_budget(self) -> None:
        limits, usage = self._plan.limits, self._product.usage
        self._product.num_steps += 1
        if self._product.num_steps > limits.steps:
            raise RunLimitReached(f"The run took more than {limits.steps} steps.", hint="Raise its limit.")
        if usage.tokens_in + usage.tokens_out > limits.tokens:
            raise RunLimitReached(f"The run used more than {limits.tokens:,} tokens.", hint="Raise its limit.")
        if usage.cost > limits.cost:
            raise RunLimitReached(f"The run cost more than ${limits.cost:g}.", hint="Raise its limit.")


def _status(outcome: Outcome) -> NodeStatus:
    return NodeStatus.FAILED if outcome.result is None else NodeStatus.DONE


def _failure(step: Step, error: DomainError | None) -> NodeFailed:
    message, hint = (error.message, error.hint) if error else ("It failed.", "")
    failed = NodeFailed(step.node.id, step.index + 1, step.node.title or step.kind.title, message, hint=hint)
    failed.__cause__ = error
    return failed
