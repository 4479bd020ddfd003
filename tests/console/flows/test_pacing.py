"""Events come in batches, in order, none lost, and the first at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from console.state.pacing import paced


async def numbers(count: int, pause: float = 0.0) -> AsyncIterator[int]:
    for number in range(count):
        await asyncio.sleep(pause)
        yield number


async def test_every_event_arrives_once_and_in_order():
    batches = [batch async for batch in paced(numbers(500), pause=0.005)]
    assert [number for batch in batches for number in batch] == list(range(500))
    assert len(batches) < 100


async def test_the_first_event_does_not_wait():
    heard = paced(numbers(3, pause=0.001), pause=5)
    assert await asyncio.wait_for(anext(heard), 1) == [0]
    await heard.aclose()


async def test_slow_events_are_told_one_by_one_without_waiting_for_the_next():
    async def two() -> AsyncIterator[str]:
        yield "first"
        yield "second"
        await asyncio.sleep(30)

    heard = paced(two(), pause=0.01)
    assert await anext(heard) == ["first"]
    assert await asyncio.wait_for(anext(heard), 1) == ["second"]
    await heard.aclose()


async def test_what_fails_in_the_events_is_raised():
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        assert [batch async for batch in paced(broken())]
