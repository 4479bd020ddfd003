"""Send much to a room in small orders, so that somebody else's call never waits for all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
IN_FLIGHT = 2  # packing the next one here overlaps with the work on this one there


async def in_batches(
    items: Sequence[Item], size: int, call: Callable[[Sequence[Item]], Awaitable[Answer]]
) -> list[Answer]:
    """Call with `size` items at a time and return the answers in order; the first failure cancels the rest."""
    if len(items) <= size:
        return [await call(items)] if items else []
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def one(start: int) -> Answer:
        async with slots:
            return await call(items[start : start + size])

    tasks = [asyncio.create_task(one(start)) for start in range(0, len(items), size)]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
