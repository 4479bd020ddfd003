"""What the use cases of alerts share."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.alerts.models import AlertDeliveryRow, AlertRow
from backend.alerts.repository import Alerts
from backend.alerts.types import Event, Way
from backend.audit.types import Target
from backend.conversations.service import ConversationService
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.http import PUBLIC, Http, Reach
from backend.ports.mail import Mail
from backend.ports.sealing import Sealer
from backend.unit_of_work import Units

WATCH = "The alerts"


class Base:
    """Opened once for the process. `reach` says how far a webhook may go beyond public addresses."""

    def __init__(
        self,
        units: Units,
        conversations: ConversationService,
        sealer: Sealer,
        http: Http,
        mail: Mail | None = None,
        *,
        public_url: str = "",
        reach: Reach = PUBLIC,
    ) -> None:
        self._units, self._conversations, self._sealer = units, conversations, sealer
        self._http, self._mail, self._public_url, self._reach = http, mail, public_url, reach
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def _watching(self, organisation_id: str, project_id: str) -> Operator:
        rights = frozenset({Permission.CONVERSATIONS_READ})
        return Operator("", WATCH, organisation_id, project_id, rights, "system")

    def _reach_of(self, url: str, *, private: bool) -> Reach:
        """Say how far a call to a webhook goes: an address that an owner allowed may be private, on any port."""
        return replace(self._reach, private_origins=self._reach.private_origins | {url}) if private else self._reach

    @property
    def writes_letters(self) -> bool:
        """Whether a mail server is configured; without one only webhooks are told."""
        return self._mail is not None

    def _tell(self, rows: Alerts, row: AlertRow, event: Event, at: datetime, firing_id: str = "") -> list[str]:
        """Write what has to be delivered, in the unit of what happened; return the ids."""
        content: dict[str, Any] = {
            "event": event.value, "alert_id": row.id, "firing_id": firing_id, "name": row.name,
            "measure": row.measure, "comparison": row.comparison, "threshold": row.threshold,
            "window_minutes": row.window_minutes, "value": row.value, "num_behind": row.num_behind,
            "at": at.isoformat(timespec="seconds"),
            "url": f"{self._public_url}/alerts/{row.id}" if self._public_url else "",
        }  # fmt: skip
        ways = [(Way.EMAIL, to) for to in row.emails] if self._mail else []
        ways += [(Way.WEBHOOK, row.webhook_url)] if row.webhook_url else []
        made = [
            AlertDeliveryRow(
                id=new_id("told"), project_id=row.project_id, alert_id=row.id, firing_id=firing_id, event=event.value,
                way=way.value, target=target, content=content, next_try_at=at, created_at=at,
            )
            for way, target in ways
        ]  # fmt: skip
        for one in made:
            rows.add(one)
        return [one.id for one in made]


def is_muted(row: AlertRow, at: datetime) -> bool:
    return row.muted_until is not None and row.muted_until > at


def target_of(row: AlertRow) -> Target:
    return Target("alert", row.id, row.name)


def place_of(row: AlertRow) -> str:
    """Return the place that the secret of a rule is sealed for."""
    return f"{row.project_id}:{row.id}"
