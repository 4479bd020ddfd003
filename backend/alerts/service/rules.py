"""Make, change, mute and end rules, and read what they fired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from backend.alerts.checks import checked
from backend.alerts.errors import StaleAlert
from backend.alerts.models import AlertRow
from backend.alerts.repository import Alerts
from backend.alerts.service.base import Base, place_of, target_of
from backend.alerts.shapes import alert_of, firing_of, rule_of, rule_values, told_values
from backend.alerts.signing import new_secret
from backend.alerts.types import Alert, AlertState, Firing, NewAlert
from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.errors import InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.http import AddressRefused

MAX_ALERTS = 100
MAX_MUTE_MINUTES = 30 * 24 * 60
NEXT_STEP = (
    "Take an address on the public internet, on port 80 (http) or 443 (https), or let an owner allow a private one."
)


class RuleUseCases(Base):
    """Whoever reads the log reads rules; admins write them, since what they tell leaves the house."""

    async def list(self, operator: Operator, page: Page | None = None) -> Listed[Alert]:
        """Return the rules, newest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        page = page or Page()
        async with self._units.read(operator) as session:
            rows = await Alerts(session, operator.project_id).page(page)
        return Listed.cut([alert_of(row) for row in rows], page)

    async def get(self, operator: Operator, alert_id: str) -> Alert:
        """Return one rule. Raise AlertNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return alert_of(await Alerts(session, operator.project_id).get(storable(alert_id)))

    async def firing(self, operator: Operator) -> Sequence[Alert]:
        """Return the rules that fire now and are not muted, the longest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return [alert_of(row) for row in await Alerts(session, operator.project_id).firing(utc_now())]

    async def num_firing(self, operator: Operator) -> int:
        """Return how many rules fire now and are not muted."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return await Alerts(session, operator.project_id).num_firing(utc_now())

    async def firings(self, operator: Operator, page: Page | None = None, alert_id: str = "") -> Listed[Firing]:
        """Return when rules fired and what was told, newest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        page = page or Page()
        async with self._units.read(operator) as session:
            alerts = Alerts(session, operator.project_id)
            rows = await alerts.firings(page, storable(alert_id))
            told = await alerts.deliveries([row.id for row, _ in rows])
        return Listed.cut([firing_of(row, alert, told) for row, alert in rows], page)

    async def create(self, operator: Operator, rule: NewAlert) -> Alert:
        """Keep a rule; the answer alone has the secret of its webhook. Raise InvalidInput, AddressRefused or
        QuotaExceeded, or Forbidden for a private address."""
        operator.require(Permission.PROJECT_MANAGE)
        if rule.allow_private_address:
            operator.require(Permission.MODELS_PRIVATE)
        rule = await self._checked(rule)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            if await alerts.num() >= MAX_ALERTS:
                raise QuotaExceeded(f"A project has at most {MAX_ALERTS} alerts.")
            values = rule_values(rule)
            row = AlertRow(id=new_id("alert"), project_id=operator.project_id, created_by=operator.name, **values)
            secret = self._seal(row)
            alerts.add(row)
            await AuditTrail(work.session).record(operator, "alert.create", target_of(row), after=told_values(rule))
            return alert_of(row, secret)

    async def change(self, operator: Operator, alert_id: str, rule: NewAlert, version: int) -> Alert:
        """Replace a rule that was read at `version`. One that watches something else begins anew, and its firing ends
        untold.

        A new address of the webhook gets a new secret, which the answer has. Raise AlertNotFound, StaleAlert,
        InvalidInput, AddressRefused, or Forbidden for a private address.
        """
        operator.require(Permission.PROJECT_MANAGE)
        rule = await self._checked(rule)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            if row.version != version:
                raise StaleAlert
            before, values = rule_of(row), rule_values(rule)
            was = (before.webhook_url, before.allow_private_address)
            if rule.allow_private_address and was != (rule.webhook_url, True):
                operator.require(Permission.MODELS_PRIVATE)
            if (before.watched, before.threshold) != (rule.watched, rule.threshold) or not rule.is_on:
                await self._begin_anew(alerts, row)
            for name, value in values.items():
                setattr(row, name, value)
            secret = self._seal(row) if rule.webhook_url != before.webhook_url else ""
            row.num_looks, row.next_look_at = row.num_looks + 1, utc_now()
            row.num_failed, row.error, row.version = 0, "", version + 1
            alerts.add(row)
            was_told, told = told_values(before), told_values(rule)
            await AuditTrail(work.session).record(operator, "alert.change", target_of(row), before=was_told, after=told)
            return alert_of(row, secret)

    async def delete(self, operator: Operator, alert_id: str) -> None:
        """Remove a rule with its history. Raise AlertNotFound."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            before, target = told_values(rule_of(row)), target_of(row)
            await alerts.delete(row.id)
            await AuditTrail(work.session).record(operator, "alert.delete", target, before=before)

    async def mute(self, operator: Operator, alert_id: str, minutes: int) -> Alert:
        """Tell nobody for a while; it is looked at and kept in the history all the same. 0 ends that.

        Raise AlertNotFound or InvalidInput.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        if not 0 <= minutes <= MAX_MUTE_MINUTES:
            words = f"An alert is muted for 0 to {MAX_MUTE_MINUTES:,} minutes."
            raise InvalidInput(words, fields={"minutes": words})
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            row.muted_until = utc_now() + timedelta(minutes=minutes) if minutes else None
            alerts.add(row)
            await AuditTrail(work.session).record(operator, "alert.mute", target_of(row), after={"minutes": minutes})
            return alert_of(row)

    async def _checked(self, rule: NewAlert) -> NewAlert:
        rule = checked(rule)
        if rule.webhook_url:
            await self._may_be_called(rule.webhook_url, private=rule.allow_private_address)
        return rule

    async def _may_be_called(self, url: str, *, private: bool) -> None:
        """Raise AddressRefused with all that is wrong about an address, at its field."""
        reach = self._reach_of(url, private=private)
        try:
            await self._http.check(url, reach, must_exist=False)
        except AddressRefused as refused:
            said, hint = [refused.message], refused.hint or NEXT_STEP
            any_port = replace(reach, ports=reach.ports | _ports_of(url))
            try:
                await self._http.check(url, any_port, must_exist=False)
            except AddressRefused as other:
                said += [other.message] if other.message not in said else []
            words = " ".join((*said, hint))
            raise AddressRefused(" ".join(said), hint=hint, fields={"webhook_url": words}) from refused

    async def _begin_anew(self, alerts: Alerts, row: AlertRow) -> None:
        now = utc_now()
        if firing := await alerts.open_firing(row.id):
            firing.ended_at = now
            alerts.add(firing)
        row.state, row.streak, row.since, row.quiet_until = AlertState.WELL.value, 0, None, None
        row.value, row.num_behind = None, 0

    def _seal(self, row: AlertRow) -> str:
        """Give the rule's webhook a new secret, and return it."""
        secret = new_secret() if row.webhook_url else ""
        row.sealed_secret = self._sealer.seal(secret, place_of(row)) if secret else ""
        return secret


def _ports_of(url: str) -> frozenset[int]:
    """Return the port that an address names, nothing for none or for what is no number of a port."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return frozenset()
    return frozenset({port} if port else ())
