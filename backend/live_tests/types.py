"""What the rest of the house sees of live tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from backend.experiments.comparison_types import FURTHEST, falls_short

MIN_ARMS, MAX_ARMS = 2, 5
MAX_WEIGHT = 1_000
# With fewer conversations an arm is not compared: a mean of so few says nothing.
MIN_CONVERSATIONS = 20
Verdict = Literal["better", "worse", "same", "cannot_tell"]
# Why it cannot tell: a version has no conversation that tells it, fewer than 20 do, somebody chose what was judged, or
# the difference is not clear yet.
Reason = Literal["", "untold", "too_few", "judged_unevenly", "not_clear"]


class Metric(StrEnum):
    """What is known of every conversation; JUDGED of those alone that the judge of the test judged."""

    ANSWERED = "answered"
    SATISFIED = "satisfied"
    COST = "cost"
    LATENCY = "latency"
    JUDGED = "judged"

    @property
    def margin(self) -> float:
        """The difference that does not matter: of a share itself, of a mean in parts of the baseline's, of a judge's in
        parts of its scale: around nought no part of a mean is large enough."""
        return 0.02 if self is Metric.ANSWERED else 0.1 if self in (Metric.COST, Metric.LATENCY) else 0.05


SHARES = (Metric.ANSWERED, Metric.SATISFIED)


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
class PinnedJudge:
    """A judge of the log, with the wording and the models that it had when the test began: no other word counts."""

    name: str
    version: str
    settings: Mapping[str, Any]

    @property
    def has_pass_mark(self) -> bool:
        return self.settings.get("threshold") is not None

    @property
    def is_share(self) -> bool:
        """Tell whether it says pass or fail of a conversation, and not a number on a scale."""
        return self.has_pass_mark or not (self.settings.get("output") == "score" or self.settings.get("values"))

    @property
    def width(self) -> float:
        """Return how far its scale goes from end to end; nought where all of its categories are worth the same."""
        values = {} if self.settings.get("output") == "score" else self.settings.get("values")
        ends = values.values() if values else (self.settings.get("min", 1), self.settings.get("max", 5))
        known = [min(max(float(one), -FURTHEST), FURTHEST) for one in ends]
        return max(known) - min(known)

    @property
    def more_is_better(self) -> bool:
        return self.has_pass_mark or self.settings.get("direction", "higher") == "higher"

    @property
    def target(self) -> float | None:
        """Return what the mean should reach; a target of scores says nothing of how many pass."""
        return None if self.has_pass_mark else self.settings.get("target")

    def is_missed(self, value: float | None) -> bool:
        """Tell whether a value that is known does not reach the target."""
        return value is not None and falls_short(value, self.target, "higher" if self.more_is_better else "lower")


@dataclass(frozen=True, slots=True)
class NewLiveTest:
    """What somebody wishes. The version under the label has to be among the arms; `margin` None is the metric's own.

    `judge` is the name of a judge of the log, where the metric or the guardrail is what it says.
    """

    label: str
    arms: tuple[Arm, ...]
    metric: Metric = Metric.ANSWERED
    margin: float | None = None
    guardrail: Metric | None = Metric.ANSWERED
    judge: str = ""


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
    judge: PinnedJudge | None = None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Return what the versions are compared by: the metric, and the guardrail where it is another."""
        return tuple(dict.fromkeys(one for one in (self.metric, self.guardrail) if one))

    def is_share(self, metric: Metric) -> bool:
        return metric in SHARES if self.judge is None or metric is not Metric.JUDGED else self.judge.is_share

    def more_is_better(self, metric: Metric) -> bool:
        return metric in SHARES if self.judge is None or metric is not Metric.JUDGED else self.judge.more_is_better


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one conversation went. `is_liked` is None where nobody rated it, money in US dollars, time a turn in ms.

    Of one that was held elsewhere money and time are None where nobody told them. `judged` is what the judge of the
    test says, None where it was not asked yet.
    """

    version: int
    is_answered: bool
    is_liked: bool | None
    cost: float | None
    latency_ms: float | None
    judged: float | None = None


@dataclass(frozen=True, slots=True)
class ArmReport:
    """What came of an arm. A metric is None where no conversation tells it; `num_judged` of them were judged."""

    arm: Arm
    num_conversations: int
    values: Mapping[Metric, float | None]
    num_judged: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands against the baseline in one metric; the interval may be looked at whenever one likes.

    `more_needed` is about how many more conversations would decide it, None where it is decided or cannot be said.
    `reason` says why it cannot tell, empty where it can.
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
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`split_p` is the p that the conversations follow the weights; a broken split makes every verdict doubtful."""

    test: LiveTest
    arms: tuple[ArmReport, ...]
    standings: tuple[Standing, ...]
    split_p: float
    split_is_broken: bool
