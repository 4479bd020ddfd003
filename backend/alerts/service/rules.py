"""Make, change, mute, try and end rules, and read what they fired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from backend.alerts.checks import checked
from backend.alerts.models import AlertRow
from backend.alerts.repository import Alerts
from backend.alerts.service.base import Base, place_of
from backend.alerts.shapes import alert_of, filter_values, firing_of, put, told_of
from backend.alerts.signing import new_secret
from backend.alerts.types import Alert, AlertState, Event, Firing, NewAlert
from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page

MAX_ALERTS = 100
MAX_MUTE_MINUTES = 30 * 24 * 60


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
        now = utc_now()
        async with self._units.read(operator) as session:
            rows = await Alerts(session, operator.project_id).firing()
        return [alert_of(row) for row in rows if row.muted_until is None or row.muted_until <= now]

    async def firings(self, operator: Operator, page: Page | None = None, alert_id: str = "") -> Listed[Firing]:
        """Return when rules fired and what was told, newest first."""
        operator.require(Permission.CONVERSATIONS_READ)
        page = page or Page()
        async with self._units.read(operator) as session:
            alerts = Alerts(session, operator.project_id)
            rows = await alerts.firings(page, storable(alert_id))
            told = await alerts.deliveries([row.id for row, _ in rows])
        made = [firing_of(row, name, [one for one in told if one.firing_id == row.id]) for row, name in rows]
        return Listed.cut(made, page)

    async def create(self, operator: Operator, rule: NewAlert) -> Alert:
        """Keep a rule; the answer alone has the secret of its webhook. Raise InvalidInput, AddressRefused or
        QuotaExceeded."""
        operator.require(Permission.PROJECT_MANAGE)
        rule = await self._checked(rule)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            if await alerts.num() >= MAX_ALERTS:
                raise QuotaExceeded(f"A project has at most {MAX_ALERTS} alerts.")
            row = AlertRow(id=new_id("alert"), project_id=operator.project_id, created_by=operator.name, **_bare())
            put(row, rule)
            secret = self._seal(row)
            alerts.add(row)
            await AuditTrail(work.session).record(operator, "alert.create", _target(row), after=told_of(row))
            return alert_of(row, secret)

    async def change(self, operator: Operator, alert_id: str, rule: NewAlert) -> Alert:
        """Replace a rule. One that watches something else begins anew, and its firing ends untold.

        A new address of the webhook gets a new secret, which the answer has. Raise AlertNotFound, InvalidInput or
        AddressRefused.
        """
        operator.require(Permission.PROJECT_MANAGE)
        rule = await self._checked(rule)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            before, url = told_of(row), row.webhook_url
            if _watched(row) != _watches(rule) or not rule.is_on:
                await self._begin_anew(alerts, row)
            put(row, rule)
            secret = self._seal(row) if row.webhook_url != url else ""
            row.num_looks, row.next_look_at = row.num_looks + 1, utc_now()
            alerts.add(row)
            trail = AuditTrail(work.session)
            await trail.record(operator, "alert.change", _target(row), before=before, after=told_of(row))
            return alert_of(row, secret)

    async def delete(self, operator: Operator, alert_id: str) -> None:
        """Remove a rule with its history. Raise AlertNotFound."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            before, target = told_of(row), _target(row)
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
            await AuditTrail(work.session).record(operator, "alert.mute", _target(row), after={"minutes": minutes})
            return alert_of(row)

    async def test(self, operator: Operator, alert_id: str) -> int:
        """Tell everybody of the rule that this is a test; return how many. Raise AlertNotFound or Conflict."""
        operator.require(Permission.PROJECT_MANAGE)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            num_told = self._tell(alerts, row, Event.TEST, utc_now())
            if not num_told:
                hint = "Give it a webhook, or an e-mail address where a mail server is configured."
                raise Conflict("This alert would tell nobody.", hint=hint)
            await AuditTrail(work.session).record(operator, "alert.test", _target(row))
            return num_told

    async def _checked(self, rule: NewAlert) -> NewAlert:
        rule = checked(rule)
        if rule.webhook_url:
            await self._http.check(rule.webhook_url, self._reach, must_exist=False)
        return rule

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


def _bare() -> dict[str, Any]:
    """Return what a row needs before its rule is put in."""
    names = ("threshold", "window_minutes", "min_count", "looks", "margin", "quiet_minutes")
    return {"name": "", "measure": "", "comparison": "", "filters": {}, "emails": [], **dict.fromkeys(names, 0)}


def _watched(row: AlertRow) -> tuple[object, ...]:
    return row.measure, row.comparison, row.threshold, row.window_minutes, row.filters


def _watches(rule: NewAlert) -> tuple[object, ...]:
    filters = filter_values(rule.filters)
    return rule.measure.value, rule.comparison.value, rule.threshold, rule.window_minutes, filters


def _target(row: AlertRow) -> Target:
    return Target("alert", row.id, row.name)
