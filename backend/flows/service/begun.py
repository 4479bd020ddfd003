"""Runs that are named before they begin: one that a crash left is waited for, in place of a second."""

from __future__ import annotations

import asyncio

from backend.flows.asking import AskFailed
from backend.flows.engine.job import RunOutcome
from backend.flows.engine.runner import Runner
from backend.flows.errors import RunInterrupted
from backend.flows.models import RunRow
from backend.flows.repository.runs import RunRepository
from backend.flows.types import RunResult, RunStatus, Usage
from backend.operator import Operator
from backend.ports.language_model import ModelFailed
from backend.unit_of_work import Units

GOES_ON = "The server stops; the run goes on at its next start."
# A run that another process carries, or that nobody has taken over yet, tells its end by its row alone.
LOOK_SECONDS = 0.5


class Begun:
    """Waits for runs that may be anybody's: whoever watches over runs goes on with those of a dead process."""

    def __init__(self, units: Units, runner: Runner) -> None:
        self._units, self._runner = units, runner

    async def result(self, operator: Operator, run_id: str) -> RunResult | None:
        """Return how a run came out, once it has ended; None where none was begun. Raise RunInterrupted."""
        while (row := await self._row(operator, run_id)) is not None:
            status = RunStatus(row.status)
            if status.is_final or status is RunStatus.WAITING:
                return _recorded(row)
            if task := self._runner.task_of(run_id):
                await asyncio.wait([task])
                if not task.cancelled() and task.exception() is None:
                    return result_of(run_id, task.result(), row.conversation_id)
            if self._runner.is_stopping:
                raise RunInterrupted(GOES_ON)
            if task is None:
                await asyncio.sleep(LOOK_SECONDS)
        return None

    async def _row(self, operator: Operator, run_id: str) -> RunRow | None:
        async with self._units.read(operator) as session:
            found = await RunRepository(session, operator.project_id).run(run_id)
        return found[0] if found else None


def result_of(run_id: str, outcome: RunOutcome, conversation_id: str | None) -> RunResult:
    return RunResult(
        run_id=run_id,
        status=outcome.status,
        output=outcome.output,
        usage=outcome.usage,
        citations=outcome.citations,
        conversation_id=conversation_id,
        error=outcome.error,
        error_node=outcome.error_node,
        time_ms=outcome.time_ms,
        waits_for=outcome.waits_for,
        refused=_refused(outcome),
    )


def _recorded(row: RunRow) -> RunResult:
    return RunResult(
        run_id=row.id,
        status=RunStatus(row.status),
        output=row.output if RunStatus(row.status).is_final else None,
        usage=Usage(row.tokens_in, row.tokens_out, row.cost, row.has_unpriced),
        citations=row.citations,
        conversation_id=row.conversation_id,
        error=row.error,
        error_node=row.error_node,
        time_ms=row.time_ms,
    )


def _refused(outcome: RunOutcome) -> ModelFailed | None:
    failed = outcome.cause.__cause__ if outcome.cause else None
    if not isinstance(failed, AskFailed):
        return None
    return ModelFailed(outcome.error, reason=failed.reason, retry_after_seconds=failed.retry_after_seconds)
