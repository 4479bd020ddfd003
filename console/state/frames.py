"""Turn a stream of events into frames: at most so many draws a second, however many events come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

FRAME_SECONDS = 0.15


class Frames:
    """Waits for what comes next; a wait that ends early loses nothing."""

    def __init__(self, events: AsyncIterator[dict[str, Any]]) -> None:
        self._events = events
        # Kept over the waits: cancelling an async generator's step would end the generator.
        self._next: asyncio.Task[dict[str, Any]] | None = None

    async def next(self, quiet_seconds: float) -> list[dict[str, Any]]:
        """Return what came within a frame, nothing when it was quiet for so long."""
        first = await self._one(quiet_seconds)
        if first is None:
            return []
        await asyncio.sleep(FRAME_SECONDS)
        came = [first]
        while (event := await self._one(0)) is not None:
            came.append(event)
        return came

    async def aclose(self) -> None:
        if self._next:
            self._next.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._next

    async def _one(self, seconds: float) -> dict[str, Any] | None:
        self._next = self._next or asyncio.create_task(_step(self._events))
        if not (await asyncio.wait({self._next}, timeout=seconds))[0]:
            return None
        event, self._next = self._next.result(), None
        return event


@asynccontextmanager
async def frames_of(
    events: contextlib.AbstractAsyncContextManager[AsyncIterator[dict[str, Any]]],
) -> AsyncIterator[Frames]:
    """Listen from the moment the block is entered."""
    async with events as stream:
        frames = Frames(stream)
        try:
            yield frames
        finally:
            await frames.aclose()


async def _step(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return await anext(events)
