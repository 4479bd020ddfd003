"""What every bus of events promises."""

import asyncio

import pytest

from backend.engines.events.in_process import InProcessEvents
from backend.ports.events import Events, EventsLost

MAX_WAITING = 50


@pytest.fixture(params=["in process"])
async def events():
    bus = InProcessEvents(max_waiting=MAX_WAITING)
    yield bus
    await bus.close()


async def test_a_listener_gets_the_events_of_its_topic_in_order(events: Events):
    async with events.subscribe("run:1") as heard:
        for number in range(3):
            await events.publish("run:1", {"number": number})
            await events.publish("run:2", {"number": -1})
        assert [(await anext(heard))["number"] for _ in range(3)] == [0, 1, 2]


async def test_every_listener_gets_every_event(events: Events):
    async with events.subscribe("a") as first, events.subscribe("a", "b") as second:
        await events.publish("a", {"text": "x"})
        await events.publish("b", {"text": "y"})
        assert await anext(first) == {"text": "x"}
        assert [await anext(second), await anext(second)] == [{"text": "x"}, {"text": "y"}]


async def test_listening_starts_when_the_block_is_entered(events: Events):
    await events.publish("a", {"text": "before"})
    async with events.subscribe("a") as heard:
        await events.publish("a", {"text": "after"})
        assert await anext(heard) == {"text": "after"}


async def test_a_listener_waits_for_what_comes_later(events: Events):
    async with events.subscribe("a") as heard:
        waiting = asyncio.create_task(anext(heard))
        await asyncio.sleep(0)
        assert not waiting.done()
        await events.publish("a", {"text": "now"})
        assert await waiting == {"text": "now"}


async def test_a_slow_listener_is_told_that_it_lost_events_and_hinders_nobody(events: Events):
    async with events.subscribe("a") as slow, events.subscribe("a") as quick:
        for number in range(MAX_WAITING * 2):
            await events.publish("a", {"number": number})
            assert await anext(quick) == {"number": number}
        assert [(await anext(slow))["number"] for _ in range(MAX_WAITING)] == list(range(MAX_WAITING))
        with pytest.raises(EventsLost):
            await anext(slow)


async def test_a_listener_that_left_leaves_nothing_behind():
    bus = InProcessEvents()
    with pytest.raises(ValueError, match="a handler fails"):
        async with bus.subscribe("a", "b"):
            raise ValueError("a handler fails")
    assert bus.num_topics == 0
