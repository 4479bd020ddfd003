"""Read the log, hold it to its chain, and tell of those who were refused."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.chain import Walk
from backend.audit.models import AuditEventRow
from backend.audit.repository import EVERY_CHAIN, AuditEvents, AuditTrail, chains
from backend.audit.signing import end_of, signer_of
from backend.audit.types import Actor, AuditEvent, Checked, Choices, Filters, Target, Verified, Walked
from backend.columns import storable, utc_now
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page
from backend.ports.database import Everywhere
from backend.unit_of_work import Units

FIRST_PAGE = Page()
BATCH = 1_000
EVERYTHING = Filters()
LOG, VERIFY = "audit log", "audit.verify"
REFUSAL_SECONDS = 60
MAX_REFUSALS = 1_000
# Filters into which anything is typed.
SEARCHED = {"actor", "target", "text"}


class AuditService:
    """Events are written by the acts that they tell of; here only those that were refused, for they did not happen."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._refusals: dict[tuple[str, str, str], float] = {}
        self._broken: dict[str, Checked] = {}

    async def list(
        self, operator: Operator, filters: Filters = EVERYTHING, page: Page = FIRST_PAGE
    ) -> Listed[AuditEvent]:
        """Return the events of the operator's project and of their organisation as a whole, newest first."""
        operator.require(Permission.AUDIT_READ)
        page = Page(page.limit, storable(page.after))
        async with self._units.read(operator) as session:
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
        async with self._units.write(operator) as work:
            after = {"refused": sentence, "key_id": operator.key_id}
            await AuditTrail(work.session).record(operator, "access.denied", Target("place", place), after=after)

    async def choices(self, operator: Operator) -> Choices:
        """Return what the log can be narrowed to."""
        operator.require(Permission.AUDIT_READ)
        async with self._units.read(operator) as session:
            return await AuditEvents(session, operator.organisation_id).choices(operator.project_id)

    async def export(self, operator: Operator, filters: Filters) -> AsyncIterator[AuditEvent]:
        """Tell that the log is taken out, then return its events, newest first, a page at a time."""
        operator.require(Permission.AUDIT_READ)
        async with self._units.write(operator) as work:
            after = {"filters": _told(filters)}
            await AuditTrail(work.session).record(operator, "audit.export", Target(LOG), after=after)
        return self._pages(operator, filters)

    async def _pages(self, operator: Operator, filters: Filters) -> AsyncIterator[AuditEvent]:
        page: Page | None = Page(MAX_LIMIT)
        while page is not None:
            listed = await self.list(operator, filters, page)
            for event in listed.items:
                yield event
            page = Page(MAX_LIMIT, listed.next) if listed.next else None

    async def walk(self, operator: Operator) -> AsyncIterator[Walked]:
        """Walk along the chain of the operator's organisation; tell how far, then what was found."""
        operator.require(Permission.AUDIT_READ)
        verified = None
        async with self._units.read(operator) as session:
            async for step in _walk(session, operator.organisation_id):
                verified = step.verified
                if verified is None:
                    yield step
        assert verified is not None
        checked = Checked(utc_now(), operator.name, verified.num_events, len(verified.breaches), verified.hash)
        self._broken[operator.organisation_id] = checked
        if not verified.breaches:  # else the log is evidence, and nothing is added to it
            del self._broken[operator.organisation_id]
            async with self._units.write(operator) as work:
                actor, told = Actor(operator.user_id, operator.name, operator.via), {"events": checked.num_events}
                await AuditTrail(work.session).record_of(
                    operator.organisation_id, actor, VERIFY, Target(LOG), after={**told, "hash": checked.hash}
                )
        yield Walked(verified.num_events, verified.num_events, verified)

    async def verify(self, operator: Operator) -> Verified:
        """Walk along the chain to its end."""
        found = [step.verified async for step in self.walk(operator)][-1]
        assert found is not None
        return found

    async def last_check(self, operator: Operator) -> Checked | None:
        """Return when the chain was walked along last; None for never. Only this process remembers a broken one."""
        operator.require(Permission.AUDIT_READ)
        if broken := self._broken.get(operator.organisation_id):
            return broken
        async with self._units.read(operator) as session:
            row = await AuditEvents(session, operator.organisation_id).newest(VERIFY)
        if row is None or row.after is None:
            return None
        return Checked(row.at, row.actor_name, row.after["events"], 0, row.after["hash"])

    async def verify_all(self) -> Sequence[Verified]:
        """Walk along every chain; for the command line, whose caller has the whole database in hand."""
        async with self._units.read(Everywhere(EVERY_CHAIN)) as session:
            walks = [_walk(session, organisation_id) for organisation_id in await chains(session)]
            return [step.verified for walk in walks async for step in walk if step.verified is not None]


async def _walk(session: AsyncSession, organisation_id: str) -> AsyncIterator[Walked]:
    events = AuditEvents(session, organisation_id)
    head, signer = await events.head(), signer_of(session)
    end = end_of(signer, head) if signer and head else None
    walk, total, last = Walk(head, end, is_held=signer is not None), head.sequence if head else 0, 0
    while rows := await events.after(last, BATCH):
        for row in rows:
            walk.step(row)
        last = rows[-1].sequence
        session.expunge_all()  # a log of millions of events must not stand in memory
        yield Walked(walk.num_events, max(total, walk.num_events))
    walk.finish()
    verified = Verified(organisation_id, walk.num_events, walk.hash, tuple(walk.breaches))
    yield Walked(walk.num_events, walk.num_events, verified)


def _told(filters: Filters) -> dict[str, Any]:
    """Return what was chosen. Of what was searched it holds that it was: that may be a person's word, and stays."""
    chosen = {name: str(value) for name, value in asdict(filters).items() if value}
    return {name: True if name in SEARCHED else value for name, value in chosen.items()}


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
