"""What a dashboard shows of the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.conversations.types import Filters


class Step(StrEnum):
    """How long a point of a series lasts, from border to border of the reader's clock; a week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


class Split(StrEnum):
    """What a series is drawn for each of."""

    NONE = "none"
    FLOW = "flow"
    VERSION = "version"
    PROMPT = "prompt"
    MODEL = "model"
    CHANNEL = "channel"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over conversations. A percentile is of the mean time of a turn, in ms to two digits, None without any.

    `num_rated` have a thumb and `num_liked` of them one that points up; `num_judged` were told to have done their task
    or not; `satisfaction` is the mean of those `num_satisfied` that told a number from 1 to 5. `num_unpriced` took
    tokens of models without a price, and `cost` is without them.
    """

    num: int = 0
    num_turns: int = 0
    num_failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    num_rated: int = 0
    num_liked: int = 0
    num_judged: int = 0
    num_completed: int = 0
    num_satisfied: int = 0
    num_unpriced: int = 0
    cost: Decimal = Decimal(0)
    satisfaction: float | None = None
    p50: int | None = None
    p95: int | None = None
    p99: int | None = None

    @property
    def failed_share(self) -> float | None:
        return self.num_failed / self.num if self.num else None

    @property
    def liked_share(self) -> float | None:
        return self.num_liked / self.num_rated if self.num_rated else None

    @property
    def completed_share(self) -> float | None:
        return self.num_completed / self.num_judged if self.num_judged else None


NO_FIGURES = Figures()
# To two digits: mean times below the first number are rounded to the second, in ms, and beyond all to the roughest.
ROUNDINGS = ((100, 1), (1_000, 10), (10_000, 100), (100_000, 1_000), (1_000_000, 10_000))
ROUGHEST = 100_000


def rounded(mean_ms: int) -> int:
    """Return the mean time of a turn as percentiles tell it."""
    to = next((to for below, to in ROUNDINGS if mean_ms < below), ROUGHEST)
    return (mean_ms + to // 2) // to * to


def least_of(told_ms: int) -> int:
    """Return the shortest mean time in whole ms that a percentile tells as so long, or as longer."""
    steps = [to for _, to in ROUNDINGS] + [ROUGHEST]
    return min(one for to in steps if rounded(one := max(0, told_ms - to // 2)) >= told_ms)


@dataclass(frozen=True, slots=True)
class Point:
    """The conversations last spoken in from `since`, before `until`."""

    since: datetime
    until: datetime
    figures: Figures = NO_FIGURES


@dataclass(frozen=True, slots=True)
class Line:
    """A series: `value` is what the log's filter takes to show the same, empty where nothing is split."""

    value: str
    name: str
    figures: Figures
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class FigureWish:
    """`filters` bring the range, which is widened to whole steps of the clock in `zone`, an IANA name.

    `key` is the name in the metadata that is split by, where that is the split.
    """

    filters: Filters = field(default_factory=Filters)
    split: Split = Split.NONE
    step: Step = Step.DAY
    zone: str = "UTC"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The most frequent lines of `num_lines`; `before` sums up as long a time before the range.

    `nums` are the conversations of each step, whatever their lines: one of several models stands in several.
    """

    since: datetime
    until: datetime
    whole: Figures
    before: Figures
    lines: tuple[Line, ...]
    num_lines: int
    nums: tuple[int, ...] = ()
