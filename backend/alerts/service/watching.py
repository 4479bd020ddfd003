"""Look at the rules, each once a minute, and write down what fired."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from backend.alerts.errors import AlertNotFound
from backend.alerts.models import AlertFiringRow, AlertRow
from backend.alerts.repository import Alerts, due
from backend.alerts.service.base import Base, is_muted
from backend.alerts.shapes import rule_of, watched_values
from backend.alerts.standing import Standing, look
from backend.alerts.types import AlertState, Event
from backend.columns import utc_now
from backend.errors import DomainError
from backend.ids import new_id
from backend.operator import Operator
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID

# Each rule says when it is due, in its row: after a start the watch goes on where the last one stopped.
EVERY = timedelta(minutes=1)
# What failed is looked at again after 2 minutes, 4, 8 and so on.
LONGEST = timedelta(hours=1)
MAX_DOUBLED = 6
OURS = "Something failed on our side."
logger = logging.getLogger(__name__)


class WatchingUseCases(Base):
    """Of the server alone: no operator asks for it."""

    async def watch(self, at: datetime | None = None) -> int:
        """Look at every rule that is due; return how many. One that cannot be read is passed over."""
        at = at or utc_now()
        async with self._units.read(BY_ID) as session:
            rules = await due(session, at)
        for project_id, organisation_id, alert_id in rules:
            try:
                await self._look(self._watching(organisation_id, project_id), alert_id, at)
            except AlertNotFound:
                continue  # deleted meanwhile
            except DomainError as error:
                logger.warning("the alert %s was passed over: %s", alert_id, error.message)
                await self._failed(project_id, alert_id, at, error.message)
            except Exception:  # one project's rule shall not keep the others' from being looked at
                logger.exception("the alert %s was passed over", alert_id)
                await self._failed(project_id, alert_id, at, OURS)
        return len(rules)

    async def _failed(self, project_id: str, alert_id: str, at: datetime, words: str) -> None:
        """Write down why a look failed, and leave the rule alone for a while, longer each time."""
        with contextlib.suppress(AlertNotFound):
            async with self._units.write(OfProject(project_id)) as work:
                alerts = Alerts(work.session, project_id)
                row = await alerts.get(alert_id, lock=True)
                if row.next_look_at > at:
                    return  # changed, or looked at by somebody else meanwhile
                row.num_failed, row.error = row.num_failed + 1, words
                row.next_look_at = at + min(LONGEST, EVERY * 2 ** min(row.num_failed, MAX_DOUBLED))
                alerts.add(row)

    async def _look(self, operator: Operator, alert_id: str, at: datetime) -> None:
        """Read the figure, then write state, firing and messages in one unit: all of it stands, or nothing."""
        async with self._units.read(operator) as session:
            row = await Alerts(session, operator.project_id).get(alert_id)
            rule, num_looks = rule_of(row), row.num_looks
        window = replace(rule.filters, since=at - timedelta(minutes=rule.window_minutes), until=at)
        value, num_behind = rule.measure.of(await self._conversations.figures(operator, window))
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(alert_id, lock=True)
            if row.num_looks != num_looks or not row.is_on:
                return  # changed, or looked at by somebody else, since it was read
            before = Standing(AlertState(row.state), row.streak, row.quiet_until)
            after, event = look(rule, before, value, num_behind, at)
            row.state, row.streak, row.quiet_until = after.state.value, after.streak, after.quiet_until
            row.value, row.num_behind = value, num_behind
            row.num_looks, row.looked_at, row.next_look_at = num_looks + 1, at, at + EVERY
            row.num_failed, row.error = 0, ""
            if event is not None:
                row.since = at
                await self._happened(alerts, row, event, at)
            alerts.add(row)

    async def _happened(self, alerts: Alerts, row: AlertRow, event: Event, at: datetime) -> None:
        muted = is_muted(row, at)
        firing = await alerts.open_firing(row.id)
        if event is Event.FIRED:
            firing = AlertFiringRow(
                id=new_id("firing"), project_id=row.project_id, alert_id=row.id, value=row.value or 0.0,
                threshold=row.threshold, num_behind=row.num_behind, watched=watched_values(row), was_muted=muted,
                started_at=at,
            )  # fmt: skip
            alerts.add(firing)
        elif firing is not None:
            firing.ended_at = at
            alerts.add(firing)
        if not muted:
            self._tell(alerts, row, event, at, firing.id if firing else "")
