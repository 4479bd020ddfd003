"""How long a run works: not while all that it does is wait for its turn at a model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.flows.engine.call import Outcome
from backend.flows.types import Pace
from backend.ports.language_model import ModelFailed


class RunClock:
    """Stands still as long as every node that runs waits for its turn, which only runs of experiments do.

    The time limits of the run and of a node stand still with it, and what a node waited is no time of its own.
    """

    def __init__(self, worked_ms: float) -> None:
        """`worked_ms` is what an earlier attempt took."""
        self._began = time.perf_counter() - worked_ms / 1e3
        self._stood = 0.0
        self._stands_since: float | None = None
        self._num_running = self._num_waiting = 0
        self._limit: asyncio.Timeout | None = None
        self._left: float | None = None

    @property
    def time_ms(self) -> float:
        return round(self._seconds() * 1e3, 3)

    def hold(self, limit: asyncio.Timeout) -> None:
        """Let the time limit of the run stand still when the clock does."""
        self._limit = limit

    def running(self, number: int) -> None:
        """Say how many nodes run now, those among them that wait."""
        self._num_running = number
        if self._num_waiting:
            self._settle()

    @asynccontextmanager
    async def waiting(self, outcome: Outcome) -> AsyncIterator[None]:
        """Wait inside for a turn: neither the node's time nor its limit goes on."""
        limit, worked = outcome.limit, self._seconds()
        left = None if limit is None else _left(limit)
        _put_off(limit, None)
        self._num_waiting += 1
        self._settle()
        try:
            yield
        finally:
            self._num_waiting -= 1
            self._settle()
            _put_off(limit, left)
            outcome.waited_ms += (self._seconds() - worked) * 1e3

    @asynccontextmanager
    async def turn(self, pace: Pace, outcome: Outcome, reference: str) -> AsyncIterator[None]:
        """Hold a place at a model inside, once there is one."""
        async with self.waiting(outcome):
            place = await pace.take(reference)
        try:
            yield
        except ModelFailed as failed:
            place.note(failed)
            raise
        else:
            place.note(None)
        finally:
            place.give_back()

    def _seconds(self) -> float:
        """Return how long it went, without what it stood."""
        now = time.perf_counter() if self._stands_since is None else self._stands_since
        return now - self._began - self._stood

    def _settle(self) -> None:
        stands = 0 < self._num_waiting >= self._num_running
        if stands and self._stands_since is None:
            self._stands_since = time.perf_counter()
            self._left = None if self._limit is None else _left(self._limit)
            _put_off(self._limit, None)
        elif not stands and self._stands_since is not None:
            self._stood += time.perf_counter() - self._stands_since
            self._stands_since = None
            _put_off(self._limit, self._left)


def _left(limit: asyncio.Timeout) -> float | None:
    when = limit.when()
    return None if when is None else when - asyncio.get_running_loop().time()


def _put_off(limit: asyncio.Timeout | None, seconds: float | None) -> None:
    """Let a time limit end in so many seconds, never where there are none; one that has passed or ended stays."""
    if limit is not None and not limit.expired():
        try:
            limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)
        except RuntimeError:  # its time is over: it is on its way out
            return
