"""Hear events in batches, so that a screen is told at most 25 times a second and never falls behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

PAUSE_SECONDS = 0.04


async def paced(events: AsyncIterator[Any], pause: float = PAUSE_SECONDS) -> AsyncGenerator[list[Any]]:
    """Yield the first event at once, then whatever gathered during each pause. Ends where `events` ends."""
    loop = asyncio.get_running_loop()
    coming = asyncio.ensure_future(_next(events))
    try:
        until = 0.0
        batch: list[Any] = []
        while True:
            left = max(0.0, until - loop.time()) if batch else None
            done, _ = await asyncio.wait({coming}, timeout=left)
            if done:
                found = coming.result()
                if found is None:
                    break
                batch.append(found[0])
                coming = asyncio.ensure_future(_next(events))
            if batch and loop.time() >= until:
                yield batch
                batch, until = [], loop.time() + pause
        if batch:
            yield batch
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming


async def _next(events: AsyncIterator[Any]) -> tuple[Any] | None:
    """Return the next event in a tuple, None at the end."""
    try:
        return (await anext(events),)
    except StopAsyncIteration:
        return None
