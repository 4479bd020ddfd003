"""What the rest of the house sees of live tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

MIN_ARMS, MAX_ARMS = 2, 5
MAX_WEIGHT = 1_000
# With fewer conversations an arm is not compared: a mean of so few says nothing.
MIN_CONVERSATIONS = 20
Verdict = Literal["better", "worse", "same", "cannot_tell"]


class Metric(StrEnum):
    """What is known of every conversation."""

    ANSWERED = "answered"
    SATISFIED = "satisfied"
    COST = "cost"
    LATENCY = "latency"

    @property
    def is_share(self) -> bool:
        return self in (Metric.ANSWERED, Metric.SATISFIED)

    @property
    def more_is_better(self) -> bool:
        return self.is_share

    @property
    def margin(self) -> float:
        """The difference that does not matter: of a share itself, of a mean in parts of the baseline's."""
        return {Metric.ANSWERED: 0.02, Metric.SATISFIED: 0.05, Metric.COST: 0.1, Metric.LATENCY: 0.1}[self]


class State(StrEnum):
    """STOPPED by a person, PROMOTED when the label moved to one of the versions, HALTED by the guardrail."""

    RUNNING = "running"
    STOPPED = "stopped"
    PROMOTED = "promoted"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Arm:
    """A version and its weight among the others."""

    version: int
    weight: int


@dataclass(frozen=True, slots=True)
class NewLiveTest:
    """What somebody wishes. The version under the label has to be among the arms; `margin` None is the metric's own."""

    label: str
    arms: tuple[Arm, ...]
    metric: Metric = Metric.ANSWERED
    margin: float | None = None
    guardrail: Metric | None = Metric.ANSWERED


@dataclass(frozen=True, slots=True)
class LiveTest:
    """`baseline` is the version that the label points at; `reason` says in words why it ended."""

    id: str
    prompt_id: str
    prompt_name: str
    label: str
    arms: tuple[Arm, ...]
    baseline: int
    metric: Metric
    margin: float
    guardrail: Metric | None
    state: State
    reason: str
    started_by: str
    started_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one conversation went. `is_liked` is None where nobody rated it, money in US dollars, time a turn in ms.

    Of one that was held elsewhere money and time are None where nobody told them.
    """

    version: int
    is_answered: bool
    is_liked: bool | None
    cost: float | None
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class ArmReport:
    """What came of an arm. A metric is None where no conversation tells it."""

    arm: Arm
    num_conversations: int
    values: Mapping[Metric, float | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands against the baseline in one metric; the interval may be looked at whenever one likes.

    `more_needed` is about how many more conversations would decide it, None where it is decided or cannot be said.
    """

    metric: Metric
    version: int
    value: float | None
    baseline_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    more_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`split_p` is the p that the conversations follow the weights; a broken split makes every verdict doubtful."""

    test: LiveTest
    arms: tuple[ArmReport, ...]
    standings: tuple[Standing, ...]
    split_p: float
    split_is_broken: bool
