"""The events of a run until its end, also when the run ends without a word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from backend.errors import DomainError
from backend.flows.engine.job import RunOutcome

LAST_WORDS = ("run.done", "run.failed")


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
