"""Events between the tasks of one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.ports.events import Event, EventsLost

MAX_WAITING = 10_000  # a run's tokens for some minutes; who reads slower than that starts over


class _Listener:
    """One subscriber's queue."""

    def __init__(self, max_waiting: int) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(max_waiting)
        self._lost = False

    def hand(self, event: Event) -> None:
        if not self._lost:
            try:
                self._queue.put_nowait(event)
            except asyncio.QueueFull:
                self._lost = True

    async def events(self) -> AsyncIterator[Event]:
        """Yield what came before the gap, then raise."""
        while not (self._lost and self._queue.empty()):
            yield await self._queue.get()
        raise EventsLost("The list of events grew faster than it was read.")


class InProcessEvents:
    """A dictionary of listeners by topic; publishing costs a few microseconds and waits for nobody."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._listeners: defaultdict[str, set[_Listener]] = defaultdict(set)

    async def publish(self, topic: str, event: Event) -> None:
        for listener in tuple(self._listeners.get(topic, ())):
            listener.hand(event)

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[Event]]:
        listener = _Listener(self._max_waiting)
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener.events()
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    @property
    def num_topics(self) -> int:
        """Count the topics somebody listens to; what is left behind here would grow for ever."""
        return len(self._listeners)

    async def close(self) -> None:
        self._listeners.clear()
