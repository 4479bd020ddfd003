"""The shapes of alerts over REST."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from backend.alerts.types import Alert, AlertState, Comparison, Event, Fate, Firing, Measure, NewAlert, Way
from backend.api.bodies import Strict
from backend.conversations.types import Channel, ChatState, Filters, Outcome, Rating


class AlertFilters(Strict):
    """What the rule looks at, under the names of `/api/conversation-search`."""

    text: str = Field(default="", max_length=200)
    flow_id: list[str] = Field(default=[], max_length=50)
    state: list[ChatState] = Field(default=[])
    rating: list[Rating] = Field(default=[])
    channel: list[Channel] = Field(default=[])
    model: list[str] = Field(default=[], max_length=50)
    prompt: list[str] = Field(default=[], max_length=50)
    outcome: list[Outcome] = Field(default=[])
    tag: list[str] = Field(default=[], max_length=50)

    def filters(self) -> Filters:
        return Filters(
            text=self.text,
            flow_ids=tuple(self.flow_id),
            states=tuple(self.state),
            ratings=tuple(self.rating),
            channels=tuple(self.channel),
            models=tuple(self.model),
            prompts=tuple(self.prompt),
            outcomes=tuple(self.outcome),
            tags=tuple(self.tag),
        )

    @classmethod
    def of(cls, filters: Filters) -> AlertFilters:
        return cls(
            text=filters.text,
            flow_id=list(filters.flow_ids),
            state=list(filters.states),
            rating=list(filters.ratings),
            channel=list(filters.channels),
            model=list(filters.models),
            prompt=list(filters.prompts),
            outcome=list(filters.outcomes),
            tag=list(filters.tags),
        )


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

    def rule(self) -> NewAlert:
        values = self.model_dump(exclude={"filters", "emails"})
        return NewAlert(**values, filters=self.filters.filters(), emails=tuple(self.emails))


class KeptAlert(AlertBody):
    """A rule as it stands. `webhook_secret` is told once, when the webhook gets its address."""

    id: str
    state: AlertState
    since: datetime | None
    value: float | None
    num_behind: int
    looked_at: datetime | None
    muted_until: datetime | None
    created_by: str
    webhook_secret: str

    @classmethod
    def of(cls, alert: Alert) -> KeptAlert:
        rule = alert.rule
        return cls(
            name=rule.name,
            measure=rule.measure,
            comparison=rule.comparison,
            threshold=rule.threshold,
            window_minutes=rule.window_minutes,
            min_count=rule.min_count,
            looks=rule.looks,
            margin=rule.margin,
            quiet_minutes=rule.quiet_minutes,
            filters=AlertFilters.of(rule.filters),
            emails=list(rule.emails),
            webhook_url=rule.webhook_url,
            is_on=rule.is_on,
            id=alert.id,
            state=alert.state,
            since=alert.since,
            value=alert.value,
            num_behind=alert.num_behind,
            looked_at=alert.looked_at,
            muted_until=alert.muted_until,
            created_by=alert.created_by,
            webhook_secret=alert.webhook_secret,
        )


class AlertList(BaseModel):
    alerts: list[KeptAlert]
    next: str | None


class Mute(Strict):
    """0 ends it."""

    minutes: int


class NumTold(BaseModel):
    num_told: int


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


class FiringBody(BaseModel):
    """`ended_at` is null while it lasts."""

    id: str
    alert_id: str
    name: str
    value: float
    threshold: float
    num_behind: int
    was_muted: bool
    started_at: datetime
    ended_at: datetime | None
    deliveries: list[DeliveryBody]

    @classmethod
    def of(cls, firing: Firing) -> FiringBody:
        return cls.model_validate(firing, from_attributes=True)


class FiringList(BaseModel):
    alert_firings: list[FiringBody]
    next: str | None
