"""Read the log, hold it to its chain, and tell of those who were refused."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.chain import Walk
from backend.audit.models import AuditEventRow
from backend.audit.repository import AuditEvents, AuditTrail, chains
from backend.audit.types import Actor, AuditEvent, Filters, Target, Verified
from backend.columns import storable
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.unit_of_work import Units

FIRST_PAGE = Page()
BATCH = 1_000
EVERYTHING = Filters()
REFUSAL_SECONDS = 60
MAX_REFUSALS = 1_000


class AuditService:
    """Events are written by the acts that they tell of; here only those that were refused, for they did not happen."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._refusals: dict[tuple[str, str, str], float] = {}

    async def list(
        self, operator: Operator, filters: Filters = EVERYTHING, page: Page = FIRST_PAGE
    ) -> Listed[AuditEvent]:
        """Return the events of the operator's project and of their organisation as a whole, newest first."""
        operator.require(Permission.AUDIT_READ)
        page = Page(page.limit, storable(page.after))
        async with self._units.read() as session:
            rows = await AuditEvents(session, operator.organisation_id).page(operator.project_id, filters, page)
            return Listed.cut([_event_of(row) for row in rows], page)

    async def refused(self, operator: Operator, place: str, sentence: str) -> None:
        """Tell that the operator was denied something at `place`: the same thing once a minute, in each process.

        Whoever knocks in a loop would fill the log and hold up everybody who acts.
        """
        asked, now = (operator.user_id, operator.project_id, f"{place} {sentence}"), time.monotonic()
        if now - self._refusals.get(asked, -REFUSAL_SECONDS) < REFUSAL_SECONDS:
            return
        if len(self._refusals) >= MAX_REFUSALS:
            self._refusals.clear()
        self._refusals[asked] = now
        async with self._units.write() as work:
            after = {"refused": sentence, "key_id": operator.key_id}
            await AuditTrail(work.session).record(operator, "access.denied", Target("place", place), after=after)

    async def verify(self, operator: Operator) -> Verified:
        """Walk along the chain of the operator's organisation."""
        operator.require(Permission.AUDIT_READ)
        async with self._units.read() as session:
            return await _walk(session, operator.organisation_id)

    async def verify_all(self) -> Sequence[Verified]:
        """Walk along every chain; for the command line, whose caller has the whole database in hand."""
        async with self._units.read() as session:
            return [await _walk(session, organisation_id) for organisation_id in await chains(session)]


async def _walk(session: AsyncSession, organisation_id: str) -> Verified:
    events = AuditEvents(session, organisation_id)
    walk = Walk(await events.head())
    last = 0
    while rows := await events.after(last, BATCH):
        for row in rows:
            walk.step(row)
        last = rows[-1].sequence
        session.expunge_all()  # a log of millions of events must not stand in memory
    walk.finish()
    return Verified(organisation_id, walk.num_events, walk.hash, tuple(walk.breaches))


def _event_of(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        id=row.id,
        organisation_id=row.organisation_id,
        project_id=row.project_id,
        sequence=row.sequence,
        at=row.at,
        actor=Actor(row.actor_id, row.actor_name, row.actor_via),
        action=row.action,
        target=Target(row.target_kind, row.target_id, row.target_name),
        before=row.before,
        after=row.after,
        address=row.address,
        request_id=row.request_id,
        hash=row.hash,
    )
