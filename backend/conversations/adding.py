"""Add up what the log tells of conversations, and read percentiles from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from operator import add, sub

from backend.columns import BILLION
from backend.conversations.figure_types import Figures
from backend.conversations.repository import Told


class Sum:
    """Numbers that grow, and how many conversations took how long."""

    def __init__(self) -> None:
        self._numbers: list[int] = [0] * NUM_SUMS
        self._times: Counter[int] = Counter()

    @property
    def num(self) -> int:
        return self._numbers[0]

    def add(self, told: Told) -> None:
        self._numbers = list(map(add, self._numbers, told.sums))
        if told.latency is not None:
            self._times[told.latency] += told.sums[0]

    def add_all(self, others: Iterable[Sum]) -> Sum:
        for other in others:
            self._numbers = list(map(add, self._numbers, other._numbers))
            self._times.update(other._times)
        return self

    def take(self, other: Sum) -> None:
        """Take off what was added before."""
        self._numbers = list(map(sub, self._numbers, other._numbers))
        self._times.subtract(other._times)

    def figures(self) -> Figures:
        *counts, satisfied, cost = self._numbers
        made = Figures(**dict(zip(COUNTS, counts, strict=True)), cost=Decimal(cost) / BILLION)
        mean = satisfied / made.num_satisfied if made.num_satisfied else None
        p50, p95, p99 = ranked(self._times, 50, 95, 99)
        return replace(made, satisfaction=mean, p50=p50, p95=p95, p99=p99)


COUNTS = (
    "num", "num_turns", "num_failed", "tokens_in", "tokens_out", "num_rated", "num_liked", "num_judged",
    "num_completed", "num_satisfied", "num_unpriced",
)  # fmt: skip
# Behind the counts the sum of satisfaction, and the cost in billionths.
NUM_SUMS = len(COUNTS) + 2


def whole(told: Iterable[Told]) -> Figures:
    """Return the figures of all of it."""
    made = Sum()
    for one in told:
        made.add(one)
    return made.figures()


def ranked(times: Counter[int], *percents: int) -> list[int | None]:
    """Return percentiles by nearest rank, None of nothing."""
    total, behind = times.total(), 0
    found: list[int | None] = []
    for time in sorted(times):
        behind += times[time]
        while len(found) < len(percents) and 100 * behind >= percents[len(found)] * total:
            found.append(time)
    return found + [None] * (len(percents) - len(found))
