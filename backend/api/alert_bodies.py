"""The shapes of alerts over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.alerts.types import Alert, AlertState, Comparison, Event, Fate, Firing, Measure, NewAlert, Way
from backend.api.bodies import Strict
from backend.conversations.details import chosen_in
from backend.conversations.range_types import SPAN, Measured, ranges_of
from backend.conversations.types import (
    Channel,
    ChatState,
    FailedTools,
    FailedTurns,
    Filters,
    Outcome,
    Rating,
    Satisfaction,
)


class AlertFilters(Strict):
    """What the rule looks at, under the names of `/api/conversation-search`."""

    text: str = Field(default="", max_length=200)
    flow_id: list[str] = Field(default=[], max_length=50)
    state: list[ChatState] = Field(default=[])
    failed_turn: list[FailedTurns] = Field(default=[])
    failed_tool: list[FailedTools] = Field(default=[])
    rating: list[Rating] = Field(default=[])
    channel: list[Channel] = Field(default=[])
    model: list[str] = Field(default=[], max_length=50)
    prompt: list[str] = Field(default=[], max_length=50)
    outcome: list[Outcome] = Field(default=[])
    satisfaction: list[Satisfaction] = Field(default=[])
    tag: list[str] = Field(default=[], max_length=50)
    judge: list[str] = Field(default=[], max_length=50)
    version: list[str] = Field(default=[], max_length=50)
    metadata: list[str] = Field(default=[], max_length=50)
    cost: str = Field(default="", pattern=SPAN)
    tokens: str = Field(default="", pattern=SPAN)
    latency: str = Field(default="", pattern=SPAN)
    duration: str = Field(default="", pattern=SPAN)
    turns: str = Field(default="", pattern=SPAN)

    def filters(self) -> Filters:
        chosen_in(self.metadata)
        lists: dict[str, Any] = {_plural(name): tuple(value) for name, value in self if isinstance(value, list)}
        return Filters(self.text, **lists, ranges=ranges_of({one: getattr(self, one) for one in Measured}))

    @classmethod
    def of(cls, filters: Filters) -> AlertFilters:
        single = {"text": filters.text} | {one.of.value: one.span for one in filters.ranges}
        lists = {name: getattr(filters, _plural(name)) for name in cls.model_fields if name not in {"text", *Measured}}
        return cls.model_validate({**single, **lists})


def _plural(name: str) -> str:
    """Return what the filters call their choices of a name."""
    return name if name == "metadata" else f"{name}s"


class AlertBody(Strict):
    """Shares are from 0 to 1, times in ms, cost in US dollars. `looks` minutes in a row fire and resolve."""

    name: str = Field(max_length=500)
    measure: Measure
    comparison: Comparison
    threshold: float
    window_minutes: int = 60
    min_count: int = 20
    looks: int = 3
    margin: float = 0.1
    quiet_minutes: int = 30
    filters: AlertFilters = AlertFilters()
    emails: list[str] = Field(default=[])
    webhook_url: str = ""
    is_on: bool = True
    allow_private_address: bool = False

    def rule(self) -> NewAlert:
        values = self.model_dump(include=set(AlertBody.model_fields) - {"filters", "emails"})
        return NewAlert(**values, filters=self.filters.filters(), emails=tuple(self.emails))


class ChangedAlert(AlertBody):
    """`version` is the one that was read; 409 where somebody has saved since."""

    version: int


class KeptAlert(AlertBody):
    """A rule as it stands. `webhook_secret` is told once, when the webhook gets its address.

    `error` says why the last look failed; the next is at `next_look_at`.
    """

    id: str
    state: AlertState
    since: datetime | None
    value: float | None
    num_behind: int
    looked_at: datetime | None
    muted_until: datetime | None
    created_by: str
    next_look_at: datetime
    version: int
    error: str
    webhook_secret: str

    @classmethod
    def of(cls, alert: Alert) -> KeptAlert:
        rule = {name: getattr(alert.rule, name) for name in AlertBody.model_fields}
        standing = {name: getattr(alert, name) for name in cls.model_fields if name not in rule}
        return cls.model_validate({**rule, **standing, "filters": AlertFilters.of(alert.rule.filters)})


class AlertList(BaseModel):
    alerts: list[KeptAlert]
    next: str | None


class Mute(Strict):
    """0 ends it."""

    minutes: int


class DeliveryBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    event: Event
    way: Way
    target: str
    fate: Fate
    num_tries: int
    error: str
    created_at: datetime
    sent_at: datetime | None


class Told(BaseModel):
    """What became of a test."""

    num_told: int
    deliveries: list[DeliveryBody]


class WatchedBody(BaseModel):
    """What the rule looked at when it fired."""

    measure: Measure
    comparison: Comparison
    window_minutes: int
    filters: AlertFilters


class FiringBody(BaseModel):
    """`ended_at` is null while it lasts."""

    id: str
    alert_id: str
    name: str
    watched: WatchedBody
    value: float
    threshold: float
    num_behind: int
    was_muted: bool
    started_at: datetime
    ended_at: datetime | None
    deliveries: list[DeliveryBody]

    @classmethod
    def of(cls, firing: Firing) -> FiringBody:
        told = {name: getattr(firing, name) for name in cls.model_fields}
        watched = {name: getattr(firing.watched, name) for name in WatchedBody.model_fields}
        told["watched"] = {**watched, "filters": AlertFilters.of(firing.watched.filters)}
        return cls.model_validate(told, from_attributes=True)


class FiringList(BaseModel):
    alert_firings: list[FiringBody]
    next: str | None


class LookedBody(BaseModel):
    """`value` is null where there was too little to tell."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    value: float | None


class SpellBody(BaseModel):
    """`until` is null where the rule would fire still."""

    model_config = ConfigDict(from_attributes=True)

    since: datetime
    until: datetime | None
    value: float


class PreviewBody(BaseModel):
    """What the rule would have done from `since` until now, looked at every `step_minutes`."""

    model_config = ConfigDict(from_attributes=True)

    since: datetime
    until: datetime
    step_minutes: float
    num_behind: int
    looks: list[LookedBody]
    spells: list[SpellBody]
