"""What all calls to one provider share: the wait it asked for, and whether it is down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from backend.ports.rests import Rests

FAILURES_THAT_OPEN = 5
OPEN_SECONDS = 10.0
# A call does not ask more often what other processes were told.
LOOK_SECONDS = 0.25


class Gate:
    """Hold calls back while their provider asks for it, and refuse them while it is down.

    Five failures in a row, of whatever calls, close the way for 10 s; then one call tries it, and the others follow
    if it succeeds. So a dead provider costs one request in 10 s, not one per waiting run.

    With `rests` what the provider asks for is told to other processes under the name `who`, and heard from them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, rests: Rests | None = None, who: str = "") -> None:
        self._clock = clock
        self._rests, self._who = rests, who
        self._look_at = 0.0
        self._known: datetime | None = None
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

    async def hear(self, longest: float) -> None:
        """Take over what the provider asked another process for; as `leave_alone`."""
        if self._rests is None or self._clock() < self._look_at:
            return
        self._look_at = self._clock() + LOOK_SECONDS
        rest = await self._rests.heard(self._who)
        if rest is not None and rest.until != self._known:  # once, so that a provider that answers since is asked
            self._known = rest.until
            self._rest(rest.seconds, longest)

    async def wait(self, longest: float) -> None:
        """Wait as long as the provider asked for, this process or another."""
        await self.hear(longest)
        if (left := self.seconds_to_wait()) > 0:
            await asyncio.sleep(left)

    async def leave_alone(self, seconds: float, longest: float) -> None:
        """Remember that the provider asked for `seconds` without a request, and tell it to other processes.

        One that asks for more than `longest` is not waited for: calls are refused so long, then one tries the way.
        """
        is_longer = self._clock() + seconds > max(self._not_before, self._rests_until)
        self._rest(seconds, longest)
        if self._rests is not None and is_longer:
            self._known = await self._rests.tell(self._who, seconds) or self._known

    def _rest(self, seconds: float, longest: float) -> None:
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
