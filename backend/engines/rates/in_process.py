"""The moments of late, by key, in this process: exact, and bounded in memory."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from backend.ports.rates import Allowance, Rate

# With 50 moments each, 20,000 keys take about 40 MB; real ones are counted in dozens.
MAX_KEYS = 20_000


class InProcessRates:
    """A sliding log. The key that was asked about longest ago goes when there are too many."""

    def __init__(self, *, max_keys: int = MAX_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._max_keys = max_keys
        self._clock = clock

    async def take(self, key: str, rate: Rate) -> Allowance:
        now, moments = self._of(key, rate)
        allowance = _allowance(moments, rate, now)
        if not allowance.allowed:
            return allowance
        moments.append(now)
        if key not in self._moments:
            self._moments[key] = moments
            if len(self._moments) > self._max_keys:
                self._moments.popitem(last=False)
        return Allowance(
            allowed=True, limit=rate.limit, remaining=rate.limit - len(moments), wait_seconds=allowance.wait_seconds
        )

    async def look(self, key: str, rate: Rate) -> Allowance:
        now, moments = self._of(key, rate)
        return _allowance(moments, rate, now)

    async def forget(self, key: str) -> None:
        self._moments.pop(key, None)

    @property
    def num_keys(self) -> int:
        """How many keys are remembered."""
        return len(self._moments)

    def _of(self, key: str, rate: Rate) -> tuple[float, deque[float]]:
        """Return this moment and the key's moments that still count."""
        now, moments = self._clock(), self._moments.get(key)
        if moments is None:
            return now, deque()
        while moments and now - moments[0] >= rate.seconds:
            moments.popleft()
        if moments:
            self._moments.move_to_end(key)
        else:
            del self._moments[key]
        return now, moments


def _allowance(moments: deque[float], rate: Rate, now: float) -> Allowance:
    num = len(moments)
    if num < rate.limit:
        return Allowance(allowed=True, limit=rate.limit, remaining=rate.limit - num, wait_seconds=0)
    wait = moments[num - rate.limit] + rate.seconds - now if rate.limit else rate.seconds
    return Allowance(allowed=False, limit=rate.limit, remaining=0, wait_seconds=max(0.0, wait))
