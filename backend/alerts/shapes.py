"""From rows to what the house sees of alerts, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backend.alerts.models import AlertDeliveryRow, AlertFiringRow, AlertRow
from backend.alerts.types import (
    Alert,
    AlertState,
    Comparison,
    Delivery,
    Event,
    Fate,
    Firing,
    Measure,
    NewAlert,
    Watched,
    Way,
)
from backend.conversations.range_types import range_in
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

# Of what the log is filtered by; a window has its own time.
CHOICES: dict[str, Callable[[str], Any]] = {
    "flow_ids": str, "states": ChatState, "failed_turns": FailedTurns, "failed_tools": FailedTools, "ratings": Rating,
    "channels": Channel, "models": str, "prompts": str, "outcomes": Outcome, "satisfactions": Satisfaction,
    "tags": str, "versions": str, "judges": str, "metadata": str, "ranges": range_in,
}  # fmt: skip


def filter_values(filters: Filters) -> dict[str, Any]:
    """Return the filters as a row keeps them: only what is chosen."""
    chosen = {name: [str(one) for one in getattr(filters, name)] for name in CHOICES if getattr(filters, name)}
    return {**chosen, **({"text": filters.text} if filters.text else {})}


def filters_of(values: dict[str, Any]) -> Filters:
    chosen: dict[str, Any] = {name: tuple(kind(one) for one in values.get(name, ())) for name, kind in CHOICES.items()}
    return Filters(text=values.get("text", ""), **chosen)


def rule_of(row: AlertRow) -> NewAlert:
    return NewAlert(
        name=row.name,
        measure=Measure(row.measure),
        comparison=Comparison(row.comparison),
        threshold=row.threshold,
        window_minutes=row.window_minutes,
        min_count=row.min_count,
        looks=row.looks,
        margin=row.margin,
        quiet_minutes=row.quiet_minutes,
        filters=filters_of(row.filters),
        emails=tuple(row.emails),
        webhook_url=row.webhook_url,
        is_on=row.is_on,
        allow_private_address=row.allow_private_address,
    )


def rule_values(rule: NewAlert) -> dict[str, Any]:
    """Return a rule as its row keeps it."""
    return {
        "name": rule.name, "measure": rule.measure.value, "comparison": rule.comparison.value,
        "threshold": rule.threshold, "window_minutes": rule.window_minutes, "min_count": rule.min_count,
        "looks": rule.looks, "margin": rule.margin, "quiet_minutes": rule.quiet_minutes,
        "filters": filter_values(rule.filters), "emails": list(rule.emails), "webhook_url": rule.webhook_url,
        "is_on": rule.is_on, "allow_private_address": rule.allow_private_address,
    }  # fmt: skip


def told_values(rule: NewAlert) -> dict[str, Any]:
    """Return a rule as the audit log keeps it: without words of people, which it would keep for ever.

    Of a search it holds that there is one, of tags how many, of metadata the names.
    """
    values = rule_values(rule)
    chosen = dict(values["filters"])
    if "text" in chosen:
        chosen["text"] = True
    if "tags" in chosen:
        chosen["tags"] = len(chosen["tags"])
    if "metadata" in chosen:
        chosen["metadata"] = sorted({one.partition("=")[0] for one in chosen["metadata"]})
    return {**values, "filters": chosen}


def watched_values(row: AlertRow) -> dict[str, Any]:
    """Return what a firing keeps of its rule."""
    return {name: getattr(row, name) for name in ("measure", "comparison", "window_minutes", "filters")}


def watched_of(values: dict[str, Any]) -> Watched:
    return Watched(
        Measure(values["measure"]),
        Comparison(values["comparison"]),
        values["window_minutes"],
        filters_of(values["filters"]),
    )


def alert_of(row: AlertRow, webhook_secret: str = "") -> Alert:
    return Alert(
        id=row.id,
        rule=rule_of(row),
        state=AlertState(row.state),
        since=row.since,
        value=row.value,
        num_behind=row.num_behind,
        looked_at=row.looked_at,
        muted_until=row.muted_until,
        created_by=row.created_by,
        next_look_at=row.next_look_at,
        version=row.version,
        error=row.error,
        webhook_secret=webhook_secret,
    )


def firing_of(row: AlertFiringRow, alert: AlertRow, deliveries: Sequence[AlertDeliveryRow]) -> Firing:
    return Firing(
        id=row.id,
        alert_id=row.alert_id,
        name=alert.name,
        watched=watched_of(row.watched or watched_values(alert)),
        value=row.value,
        threshold=row.threshold,
        num_behind=row.num_behind,
        was_muted=row.was_muted,
        started_at=row.started_at,
        ended_at=row.ended_at,
        deliveries=tuple(delivery_of(one) for one in deliveries if one.firing_id == row.id),
    )


def delivery_of(row: AlertDeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        event=Event(row.event),
        way=Way(row.way),
        target=row.target,
        fate=Fate(row.fate),
        num_tries=row.num_tries,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
