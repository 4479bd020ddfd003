"""Hand over what was written down to be told: each until it is taken, under the same id at every try."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.alerts.models import AlertDeliveryRow, AlertRow
from backend.alerts.repository import Alerts, waiting
from backend.alerts.service.base import Base, is_muted, place_of, target_of
from backend.alerts.shapes import delivery_of
from backend.alerts.signing import signed_headers
from backend.alerts.types import Delivery, Event, Fate, Way
from backend.alerts.wording import letter, sentence
from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.errors import Conflict, DomainError, NotFound
from backend.operator import Operator, Permission
from backend.ports.http import AddressRefused, HttpCall
from backend.ports.jobs import BY_ID

AT_ONCE = 50
TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 100_000
# Seconds from each try that failed to the next; after the last it is given up.
WAITS = (10, 60, 300, 1_800, 7_200, 18_000)
OK_FROM, OK_BELOW = 200, 300
# Longer than any try lasts: a mail server has 15 s for each of its answers.
LEASE = timedelta(minutes=2)
logger = logging.getLogger(__name__)


class DeliveringUseCases(Base):
    """What was taken before a crash kept it from being written down is told again."""

    async def deliver(self, at: datetime | None = None) -> int:
        """Try everything that is due and wait for it; return how much there was."""
        begun = await self.begin(at)
        await asyncio.gather(*begun)
        return len(begun)

    async def begin(self, at: datetime | None = None) -> Sequence[asyncio.Task[None]]:
        """Begin to try everything that is due, for the server alone: who takes long to answer holds up nobody."""
        at, begun = at or utc_now(), []
        async with self._units.read(BY_ID) as session:
            found = await waiting(session, at, AT_ONCE)
        for project_id, organisation_id, delivery_id in found:
            if delivery_id not in self._under_way:
                work = self._deliver(self._watching(organisation_id, project_id), delivery_id, at)
                begun.append(asyncio.create_task(work, name=delivery_id))
                self._under_way[delivery_id] = begun[-1]
                begun[-1].add_done_callback(self._ended)
        return begun

    async def close(self) -> None:
        """Leave what is under way as it stands: it is tried anew once its lease is over."""
        tasks = [*self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task.get_name()]
        if not task.cancelled() and (error := task.exception()):
            logger.error("the delivery %s was left as it stands", task.get_name(), exc_info=error)

    async def test(self, operator: Operator, alert_id: str) -> Sequence[Delivery]:
        """Tell everybody of the rule that this is a test, and return what became of it.

        Raise AlertNotFound, and Conflict where it would tell nobody.
        """
        operator.require(Permission.PROJECT_MANAGE)
        now = utc_now()
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.get(storable(alert_id), lock=True)
            told = self._tell(alerts, row, Event.TEST, now)
            if not told:
                hint = "Give it a webhook, or an e-mail address where a mail server is configured."
                raise Conflict("This alert would tell nobody.", hint=hint)
            await AuditTrail(work.session).record(operator, "alert.test", target_of(row))
        await asyncio.gather(*(self._deliver(operator, one, now) for one in told))
        async with self._units.read(operator) as session:
            alerts = Alerts(session, operator.project_id)
            found = [await alerts.delivery(one) for one in told]
        return [delivery_of(one) for one in found if one is not None]

    async def _deliver(self, operator: Operator, delivery_id: str, at: datetime) -> None:
        """Try once, under a lease: whoever else looks meanwhile leaves it alone, and after a crash it is tried anew."""
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            row = await alerts.delivery(delivery_id, lock=True)
            if row is None or row.fate != Fate.WAITING or row.next_try_at > at:
                return
            row.next_try_at = at + LEASE
            alerts.add(row)
        error, is_final = await self._try(operator, row, at)
        async with self._units.write(operator) as work:
            alerts = Alerts(work.session, operator.project_id)
            kept = await alerts.delivery(delivery_id, lock=True)
            if kept is None:
                return
            kept.num_tries += 1
            kept.error = error
            if not error:
                kept.fate, kept.sent_at = Fate.SENT.value, utc_now()
            elif is_final or kept.num_tries > len(WAITS):
                kept.fate = Fate.FAILED.value
            else:
                kept.next_try_at = at + timedelta(seconds=WAITS[kept.num_tries - 1])
            alerts.add(kept)

    async def _try(self, operator: Operator, row: AlertDeliveryRow, at: datetime) -> tuple[str, bool]:
        """Return why it was not taken, empty when it was, and whether another try is of no use."""
        try:
            alert = await self._told_by(operator, row, at)
            return await (self._write(row) if row.way == Way.EMAIL else self._call(alert, row, at)), False
        except (AddressRefused, NotFound) as error:
            return error.message, True
        except DomainError as error:
            return error.message, False
        except Exception:  # it counts as a try, or it would be tried for ever
            logger.exception("the delivery %s failed", row.id)
            return "Something failed on our side.", False

    async def _told_by(self, operator: Operator, row: AlertDeliveryRow, at: datetime) -> AlertRow:
        """Return the alert. Raise NotFound where it is gone, or tells the address or anybody no more."""
        async with self._units.read(operator) as session:
            alerts = Alerts(session, operator.project_id)
            alert, is_closed = await alerts.get(row.alert_id), await alerts.is_closed(operator.organisation_id)
        is_test = row.event == Event.TEST  # somebody asked for it just now
        for is_over, why in (
            (row.target not in (*alert.emails, alert.webhook_url), "The alert tells this address no more."),
            (is_closed, "The project was closed meanwhile."),
            (not alert.is_on and not is_test, "The alert was switched off meanwhile."),
            (is_muted(alert, at) and not is_test, "The alert was muted meanwhile."),
        ):
            if is_over:
                raise NotFound(why)
        return alert

    async def _write(self, row: AlertDeliveryRow) -> str:
        if self._mail is None:
            return "No mail server is configured."
        took = await self._mail.send(letter(row.target, row.content))
        return "" if took else "The mail server did not take it."

    async def _call(self, alert: AlertRow, row: AlertDeliveryRow, at: datetime) -> str:
        told = {**row.content, "sentence": sentence(row.content)}
        body = json.dumps({"type": f"alert.{row.event}", "timestamp": row.content["at"], "data": told}).encode()
        headers = signed_headers(self._sealer.open(alert.sealed_secret, place_of(alert)), row.id, at, body)
        call = HttpCall("POST", row.target, headers, body, TIMEOUT_SECONDS, MAX_ANSWER_BYTES, max_redirects=0)
        answer = await self._http.send(call, self._reach_of(row.target, private=alert.allow_private_address))
        return "" if OK_FROM <= answer.status < OK_BELOW else f"It was answered with status {answer.status}."
