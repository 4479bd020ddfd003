"""The events of a run until its end, also when the run ends without a word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from backend.errors import DomainError
from backend.flows.engine.job import RunOutcome
from backend.flows.engine.voice import preview
from backend.flows.types import NodeStatus, RunDetail, RunStatus
from backend.operator import Operator, Permission
from backend.ports.events import EventsLost

LAST_WORDS = ("run.done", "run.failed", "run.waiting")


async def heard(
    listener: AsyncIterator[dict[str, Any]], task: asyncio.Task[RunOutcome]
) -> AsyncGenerator[dict[str, Any]]:
    """Yield what the run says. When its task ends without a last word (the process stops), say so in its place."""
    coming: asyncio.Task[dict[str, Any]] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(listener))
            await asyncio.wait({coming, task}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() and task.done():
                await asyncio.sleep(0)  # what was said last may be on its way
            if not coming.done():
                yield {"event": "run.failed", "status": "running", "error": _why(task), "node": ""}
                return
            event = coming.result()
            coming = None
            yield event
            if event["event"] in LAST_WORDS:
                return
    finally:
        await _let_go(coming)


class Missed:
    """Fill a gap in what a run says from its record: a listener that falls thousands of events behind loses them."""

    def __init__(self, record: Callable[[], Awaitable[RunDetail | None]]) -> None:
        self._record = record
        self._told: set[str] = set()
        self._has_gap = False
        self.is_over = False

    async def filled(self, said: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[dict[str, Any]]:
        """Yield what was missed, then what is said; ends at a gap, and is called again for what comes behind it."""
        try:
            async with aclosing(said) as events:
                for event in await self._missed():
                    yield event
                while not self.is_over:
                    event = await anext(events)
                    if event["event"] in LAST_WORDS:
                        for one in await self._missed():  # rows of quick nodes come later than their events
                            yield one
                    if not self.is_over:
                        self._note(event)
                        yield event
        except EventsLost:
            self._has_gap = True

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] == "node.done":
            self._told.add(event["node"])
        self.is_over = event["event"] in LAST_WORDS

    async def _missed(self) -> list[dict[str, Any]]:
        """Return what the record knows and nobody was told; nothing where no event was lost."""
        detail = await self._record() if self._has_gap else None
        known = recalled(detail) if detail else []
        events = [event for event in known if event["event"] in LAST_WORDS or event["node"] not in self._told]
        for event in events:
            self._note(event)
        return events


def recalled(detail: RunDetail) -> list[dict[str, Any]]:
    """Return what a record says as events: the nodes that have ended, and the last word of a run that has."""
    run = detail.run
    events = [
        {
            "event": "node.done",
            "run_id": run.id,
            "node": one.node,
            "plate": one.plate,
            "status": one.status.value,
            "reason": one.reason,
            "error": one.error,
            "time_ms": one.time_ms,
            "tokens_in": one.usage.tokens_in,
            "tokens_out": one.usage.tokens_out,
            "cost": float(one.usage.cost),
            "tries": max(1, len(one.tries)),
            "output_preview": preview(one.output or {}),
        }
        for one in detail.nodes
        if one.status not in (NodeStatus.PENDING, NodeStatus.RUNNING, NodeStatus.WAITING)
    ]
    if run.status is RunStatus.WAITING:
        events.append({"event": "run.waiting", "run_id": run.id, "status": run.status.value})
    if run.status.is_final:
        facts = {"run_id": run.id, "status": run.status.value, "usage": run.usage.as_json(), "time_ms": run.time_ms}
        done = {"event": "run.done", "output": run.output, "citations": run.citations}
        failed = {"event": "run.failed", "error": run.error, "node": run.error_node}
        events.append({**(done if run.status is RunStatus.DONE else failed), **facts})
    return events


def unheard(operator: Operator, event: dict[str, Any]) -> dict[str, str]:
    """Return, empty, what the one who asks may not hear of a node: its words are those of the run's page."""
    hears = event["event"] != "node.done" or operator.may(Permission.FLOWS_READ)
    return {} if hears else dict.fromkeys(("reason", "error", "output_preview"), "")


async def heard_or_quiet(
    listener: AsyncIterator[dict[str, Any]], quiet_seconds: float
) -> AsyncGenerator[dict[str, Any] | None]:
    """Yield what the run says, and None after each time so long without a word. Never ends by itself."""
    coming: asyncio.Task[dict[str, Any]] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(listener))
            if (await asyncio.wait({coming}, timeout=quiet_seconds))[0]:
                event, coming = coming.result(), None
                yield event
            else:
                yield None
    finally:
        await _let_go(coming)


async def _let_go(coming: asyncio.Task[dict[str, Any]] | None) -> None:
    if coming is not None:
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await coming


async def _next(listener: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return await anext(listener)


def _why(task: asyncio.Task[RunOutcome]) -> str:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, DomainError):
        return f"{error.message} {error.hint}".strip()
    return "The run goes on elsewhere; ask for it by its id."
