"""What the rest of the house sees of alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backend.conversations.figure_types import Figures
from backend.conversations.types import Filters

MAX_NAME = 120


class Measure(StrEnum):
    """A figure of the log. Shares are from 0 to 1, times in ms, cost in US dollars."""

    CONVERSATIONS = "conversations"
    FAILED = "failed"
    FAILED_SHARE = "failed_share"
    LATENCY_P50 = "latency_p50"
    LATENCY_P95 = "latency_p95"
    LATENCY_P99 = "latency_p99"
    COST = "cost"
    TOKENS = "tokens"
    HELPFUL_SHARE = "helpful_share"
    SATISFACTION = "satisfaction"
    COMPLETED_SHARE = "completed_share"

    def of(self, figures: Figures) -> tuple[float | None, int]:
        """Return the value, None where nothing tells it, and of how many conversations it is."""
        values: dict[Measure, tuple[float | None, int]] = {
            Measure.CONVERSATIONS: (figures.num, figures.num),
            Measure.FAILED: (figures.num_failed, figures.num),
            Measure.FAILED_SHARE: (figures.failed_share, figures.num),
            Measure.LATENCY_P50: (figures.p50, figures.num),
            Measure.LATENCY_P95: (figures.p95, figures.num),
            Measure.LATENCY_P99: (figures.p99, figures.num),
            Measure.COST: (float(figures.cost), figures.num),
            Measure.TOKENS: (figures.tokens_in + figures.tokens_out, figures.num),
            Measure.HELPFUL_SHARE: (figures.liked_share, figures.num_rated),
            Measure.SATISFACTION: (figures.satisfaction, figures.num_satisfied),
            Measure.COMPLETED_SHARE: (figures.completed_share, figures.num_judged),
        }
        return values[self]


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"

    def crossed(self, value: float, threshold: float) -> bool:
        return value > threshold if self is Comparison.ABOVE else value < threshold


class AlertState(StrEnum):
    WELL = "well"
    FIRING = "firing"


class Event(StrEnum):
    """What is told. TEST is told at the press of a button and changes nothing."""

    FIRED = "fired"
    RESOLVED = "resolved"
    TEST = "test"


class Way(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class Fate(StrEnum):
    """How a delivery stands; FAILED after the last of its tries."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Watched:
    """What a rule looks at; a firing keeps it, so that its history outlives a change of the rule."""

    measure: Measure
    comparison: Comparison
    window_minutes: int
    filters: Filters


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What somebody wishes.

    The figure is looked at each minute over the last `window_minutes`. With fewer than `min_count` conversations
    behind it nothing is said. It fires when the threshold was crossed at `looks` looks in a row, resolves when the
    value was `margin` (a part of the threshold) on the good side at as many, and then keeps quiet for
    `quiet_minutes`. With `allow_private_address` the webhook may lie in the network of this machine; an owner says so.
    """

    name: str
    measure: Measure
    comparison: Comparison
    threshold: float
    window_minutes: int = 60
    min_count: int = 20
    looks: int = 3
    margin: float = 0.1
    quiet_minutes: int = 30
    filters: Filters = field(default_factory=Filters)
    emails: tuple[str, ...] = ()
    webhook_url: str = ""
    is_on: bool = True
    allow_private_address: bool = False

    @property
    def watched(self) -> Watched:
        return Watched(self.measure, self.comparison, self.window_minutes, self.filters)


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule and how it stands. `value` is of the last look, None where nothing was told or too little.

    `error` says why the last look failed, empty where it went well; the next is at `next_look_at`. `version` is that of
    the rule: an older one is not written over it.
    `webhook_secret` is told once, when the rule gets its address, and empty from then on.
    """

    id: str
    rule: NewAlert
    state: AlertState
    since: datetime | None
    value: float | None
    num_behind: int
    looked_at: datetime | None
    muted_until: datetime | None
    created_by: str
    next_look_at: datetime
    version: int = 1
    error: str = ""
    webhook_secret: str = ""

    @property
    def is_told(self) -> bool:
        """Whether the last look could tell anything: enough conversations, and a value of them."""
        return self.value is not None and self.num_behind >= self.rule.min_count


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    event: Event
    way: Way
    target: str
    fate: Fate
    num_tries: int
    error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Firing:
    """One time that a rule fired. `value` is what it fired at; `ended_at` None while it lasts."""

    id: str
    alert_id: str
    name: str
    watched: Watched
    value: float
    threshold: float
    num_behind: int
    was_muted: bool
    started_at: datetime
    ended_at: datetime | None
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a moment saw; `value` is None where there was too little to tell."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A time for which a rule would have fired; `until` is None where it would fire still."""

    since: datetime
    until: datetime | None
    value: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would have done, as the log stands now, looked at every `step_minutes`."""

    since: datetime
    until: datetime
    step_minutes: float
    looks: tuple[Looked, ...]
    spells: tuple[Spell, ...]
    num_behind: int
