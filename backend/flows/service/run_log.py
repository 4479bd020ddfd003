"""Runs that were no chat, in the log: each is a conversation of one question and one answer once it ended."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from backend.conversations.reports import Held, Report, Told
from backend.conversations.service import ConversationService
from backend.conversations.service.reporting import Ready
from backend.conversations.types import Channel, Citation, Role
from backend.errors import DomainError, Unavailable
from backend.flows.engine.chat import (
    answer_text,
    calls_of,
    citation_of,
    cites_nothing,
    models_used,
    prompt_used,
    says_nothing_found,
)
from backend.flows.engine.loader import Loader, run_operator
from backend.flows.engine.plan import Plan
from backend.flows.models import FlowRow, RunRow
from backend.flows.nodes.input import InputConfig, message_field
from backend.flows.ports import as_text
from backend.flows.repository.ownership import Ownership
from backend.flows.types import RunStatus, Trigger
from backend.ports.jobs import BY_ID
from backend.unit_of_work import Units

# A batch holds the one writer of SQLite for about 20 ms.
AT_ONCE = 50
# After a batch of runs the log rests for as long as it wrote; after one of experiments for thirty times as long: it
# takes a thirtieth of what their cells need.
SHARE_OF_RUNS = 1.0
SHARE_OF_CELLS = 30.0
# The run has the whole.
MAX_CHARACTERS = 100_000
# A run that could not be masked is tried again after so long, and so many are remembered.
LATER_SECONDS = 600.0
MOST_LEFT = 10_000
logger = logging.getLogger(__name__)
CHANNELS = {Trigger.CONSOLE.value: Channel.CONSOLE, Trigger.DEMO.value: Channel.CONSOLE,
            Trigger.EXPERIMENT.value: Channel.EXPERIMENT}  # fmt: skip

Steps = Sequence[Mapping[str, Any]]


class RunLog:
    """Of the server alone: behind the runs, so that none of them waits for its line in the log."""

    def __init__(self, units: Units, log: ConversationService, loader: Loader) -> None:
        self._units, self._log, self._loader = units, log, loader
        self._left = dict[str, float]()  # runs that could not be made ready, and when

    async def catch_up(self) -> timedelta | None:
        """Write what waits; return when to write more, None where nothing waits."""
        for experiments, share in ((False, SHARE_OF_RUNS), (True, SHARE_OF_CELLS)):
            began = time.perf_counter()
            if await self.write(experiments=experiments) == AT_ONCE:
                return timedelta(seconds=share * (time.perf_counter() - began))
        return None

    async def write(self, *, experiments: bool = False) -> int:
        """Write some of the runs that ended and have no conversation; return how many that was."""
        async with self._units.read(BY_ID) as session:
            ownership = Ownership(session)
            found = await ownership.unlogged(AT_ONCE, experiments=experiments, but=self._left_out())
            answered = await ownership.models_that_answered([run_id for _, run_id, _ in found])
            called = await ownership.steps([run_id for _, run_id, _ in found])
            refused = await ownership.refusals([run_id for _, run_id, _ in found])
            ended = await ownership.to_log([run_id for _, run_id, _ in found], lock=False)
        if not found:
            return 0
        plans = {run_id: await self._plan(project_id, snapshot_id) for project_id, run_id, snapshot_id in found}
        ready: dict[str, Ready] = {}
        for project_id in {row.project_id for row, _ in ended}:
            theirs = {
                row.id: _report(
                    row,
                    flow,
                    plans[row.id],
                    answered=answered.get(row.id, ()),
                    refused=refused.get(row.id, ""),
                    called=called.get(row.id, ()),
                )
                for row, flow in ended
                if row.project_id == project_id
            }
            ready |= await self._ready(project_id, theirs)
        async with self._units.write(BY_ID) as work:
            # Asked again under the lock: another process may have written some of them meanwhile.
            waiting = [row for row, _ in await Ownership(work.session).to_log(list(ready))]
            for project_id in {row.project_id for row in waiting}:
                runs = [row for row in waiting if row.project_id == project_id]
                acting = run_operator(project_id, "", "")
                kept = await self._log.keep(work, acting, [ready[row.id] for row in runs])
                for run, conversation in zip(runs, kept, strict=True):
                    run.conversation_id, run.details = conversation.id, None
        return len(plans)

    async def _ready(self, project_id: str, reports: Mapping[str, Report]) -> dict[str, Ready]:
        """Mask reports by run; one that cannot be masked is left out for a while, and holds up no other."""
        acting = run_operator(project_id, "", "")
        try:
            return dict(zip(reports, await self._log.ready(acting, list(reports.values())), strict=True))
        except (DBAPIError, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001  # a finder may raise whatever its library does
            if len(reports) > 1:
                single = [await self._ready(project_id, {run_id: one}) for run_id, one in reports.items()]
                return {run_id: one for each in single for run_id, one in each.items()}
            (run_id,) = reports
            # Not what it says: that may be what somebody said.
            logger.error("run %s could not be masked and stays out of the log: %s", run_id, type(error).__name__)  # noqa: TRY400
            if len(self._left) < MOST_LEFT:
                self._left[run_id] = time.monotonic()
            return {}

    def _left_out(self) -> Sequence[str]:
        """Return which runs not to try yet."""
        self._left = {one: at for one, at in self._left.items() if time.monotonic() - at < LATER_SECONDS}
        return list(self._left)

    async def _plan(self, project_id: str, snapshot_id: str) -> Plan | None:
        """Return what ran; None where the document is gone, or is of a kind that is no more."""
        try:
            return await self._loader.plan(project_id, snapshot_id)
        except DomainError:
            return None


def _report(
    row: RunRow, flow: FlowRow, plan: Plan | None, *, answered: Collection[str], refused: str, called: Steps
) -> Report:
    slug, number = prompt_used(plan) if plan else ("", 0)
    asked_by = row.started_by_id if row.trigger == Trigger.CONSOLE and not row.person else ""
    question = Told(Role.USER, _cut(_question(row.input, plan)), row.started_at or row.created_at)
    answer = Told(
        Role.ASSISTANT,
        _cut(answer_text(row.output)),
        row.finished_at,
        model=models_used(plan, answered) if plan else "",
        error=row.error or ("" if row.output else refused),
        refused="" if row.error else refused,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost,
        latency_ms=round(row.time_ms),
        citations=tuple(_citations(row)),
        tool_calls=calls_of(called),
        was_cancelled=row.status == RunStatus.CANCELLED,
        found_nothing=plan is not None and says_nothing_found(plan, row.output, row.citations),
        cites_nothing=plan is not None and cites_nothing(plan, row.output, row.citations),
    )
    return Report(
        session_id="",
        agent_config="",
        agent_name=flow.name,
        channel=CHANNELS.get(row.trigger, Channel.API),
        person=row.person or row.started_by,
        details=row.details,
        messages=(question, answer),
        held=Held(flow.id, row.version or 0, row.id, slug, number, asked_by),
    )


def _citations(row: RunRow) -> Iterator[Citation]:
    """Yield what can be read of them: one that cannot would keep every run behind it out of the log."""
    for values in row.citations:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            yield citation_of(values)


def _question(given: dict[str, Any], plan: Plan | None) -> str:
    """Return what a person would have said: the message of a chat, the one value of a form, else all with names."""
    config = plan.input_config if plan else None
    if isinstance(config, InputConfig) and config.mode == "chat" and message_field(config) in given:
        return as_text(given[message_field(config)])
    if len(given) == 1:
        return as_text(next(iter(given.values())))
    return "\n".join(f"{name}: {as_text(value)}" for name, value in given.items())


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"
