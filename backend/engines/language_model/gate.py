"""What all calls to one provider share: the wait it asked for, and whether it is down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

FAILURES_THAT_OPEN = 5
OPEN_SECONDS = 10.0


class Gate:
    """Hold calls back while their provider asks for it, and refuse them while it is down.

    Five failures in a row, of whatever calls, close the way for 10 s; then one call tries it, and the others follow
    if it succeeds. So a dead provider costs one request in 10 s, not one per waiting run.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._not_before = 0.0
        self._rests_until = self._refused_until = 0.0
        self._failures = 0
        self._shut_until = 0.0

    def seconds_shut(self) -> float:
        """Return how long calls are refused; 0 lets this one through, as the probe where the way was shut."""
        left = self._shut_until - self._clock()
        if left > 0:
            return left
        if self._failures >= FAILURES_THAT_OPEN:
            self._shut_until = self._clock() + OPEN_SECONDS
        return 0.0

    def seconds_to_wait(self) -> float:
        """Return how long the provider wants to be left alone."""
        return max(0.0, self._not_before - self._clock())

    async def wait(self) -> None:
        """Wait as long as the provider asked for."""
        if (left := self.seconds_to_wait()) > 0:
            await asyncio.sleep(left)

    def leave_alone(self, seconds: float, longest: float) -> None:
        """Remember that the provider asked for `seconds` without a request.

        One that asks for more than `longest` is not waited for: calls are refused so long, then one tries the way.
        """
        now = self._clock()
        if seconds <= longest:
            self._not_before = max(self._not_before, now + seconds)
        else:
            self._rests_until, self._refused_until = now + seconds, now + longest

    def seconds_resting(self) -> float:
        """Return how long the provider still wants to be left alone, where calls are refused for that; else 0."""
        return self._rests_until - self._clock() if self._clock() < self._refused_until else 0.0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_THAT_OPEN:
            self._shut_until = self._clock() + OPEN_SECONDS

    def answered(self) -> None:
        self._failures = 0
        self._shut_until = self._refused_until = 0.0
