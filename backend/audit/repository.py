"""Write an event into the transaction of the act that it tells, and read events again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.chain import START, link
from backend.audit.models import AuditEventRow, AuditHeadRow
from backend.audit.signing import End, end_of, holds, signed, signer_of
from backend.audit.types import Actor, Choices, Filters, Target, Values
from backend.columns import storable, utc_now
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from backend.ports.sealing import Sealer
from backend.trace_ids import caller_address, request_id

CHOSEN_FROM = 10_000
# The reason that the test of scopes asks for.
EVERY_CHAIN = "the command line holds every chain to its hashes"
EVERY_END = "a new key signs the ends of all chains"


class AuditTrail:
    """Opened in the unit of work that does the act: both stand, or neither."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(
        self,
        operator: Operator,
        action: str,
        target: Target,
        *,
        before: Values | None = None,
        after: Values | None = None,
    ) -> None:
        """Tell what the operator did, in their project."""
        actor = Actor(*operator.actor)
        await self.record_of(
            operator.organisation_id, actor, action, target, project_id=operator.project_id, before=before, after=after
        )

    async def record_of(  # these are the columns of an event
        self,
        organisation_id: str,
        actor: Actor,
        action: str,
        target: Target,
        *,
        project_id: str | None = None,
        before: Values | None = None,
        after: Values | None = None,
    ) -> None:
        """Tell of an act before there is an operator, as of signing in."""
        head, signer = await self._locked_head(organisation_id), signer_of(self._session)
        # An end that nobody signed is left so: signed anew it would vouch for what somebody put there.
        goes_on = signer is not None and holds(signer, head)
        row = AuditEventRow(
            id=new_id("aud"),
            organisation_id=organisation_id,
            project_id=project_id,
            sequence=head.sequence + 1,
            at=utc_now(),
            actor_id=actor.id,
            actor_name=storable(actor.name),
            actor_via=actor.via,
            action=action,
            target_kind=target.kind,
            target_id=storable(target.id),
            target_name=storable(target.name),
            before=storable(before),
            after=storable(after),
            address=caller_address.get(),
            request_id=request_id.get(),
            hash=START,
        )
        row.hash = link(row, head.hash)
        head.sequence, head.hash = row.sequence, row.hash
        if signer is not None and goes_on:
            head.signed_end = signed(signer, organisation_id, End(row.sequence, row.hash))
        self._session.add(row)
        self._session.add(head)

    async def begin(self, organisation_id: str) -> None:
        """Sign the empty chain of a new organisation: one that begins later has lost its beginning."""
        signer = signer_of(self._session)
        first = signed(signer, organisation_id, End(0, START)) if signer else ""
        self._session.add(AuditHeadRow(organisation_id=organisation_id, sequence=0, hash=START, signed_end=first))

    async def _locked_head(self, organisation_id: str) -> AuditHeadRow:
        """Return the end of the chain; whoever adds next waits until this unit is over."""
        statement = select(AuditHeadRow).where(AuditHeadRow.organisation_id == organisation_id).with_for_update()
        head = (await self._session.exec(statement)).first()
        if head is None:
            # Two first events at once both find nothing to lock: the second waits here for the row of the first.
            insert: Any = insert_sqlite if self._session.get_bind().dialect.name == "sqlite" else insert_postgres
            first = insert(AuditHeadRow).values(organisation_id=organisation_id, sequence=0, hash=START, signed_end="")
            await self._session.exec(first.on_conflict_do_nothing())
            head = (await self._session.exec(statement)).one()
        return head


class AuditEvents:
    """What was written, of one organisation."""

    def __init__(self, session: AsyncSession, organisation_id: str) -> None:
        self._session, self._organisation_id = session, organisation_id

    async def page(self, project_id: str, filters: Filters, page: Page) -> Sequence[AuditEventRow]:
        """Return one more than asked for, newest first: events of the project and of the organisation as a whole."""
        of_project = or_(AuditEventRow.project_id == project_id, col(AuditEventRow.project_id).is_(None))
        statement = select(AuditEventRow).where(self._own(), of_project, *_chosen(filters))
        if page.after:
            behind = select(AuditEventRow.sequence).where(self._own(), of_project, AuditEventRow.id == page.after)
            statement = statement.where(AuditEventRow.sequence < behind.scalar_subquery())
        ordered = statement.order_by(col(AuditEventRow.sequence).desc()).limit(page.limit + 1)
        return (await self._session.exec(ordered)).all()

    async def choices(self, project_id: str) -> Choices:
        """Return what the newest events hold: looking through all of a long log would take seconds."""
        of_project = or_(AuditEventRow.project_id == project_id, col(AuditEventRow.project_id).is_(None))
        newest = (
            select(AuditEventRow.action, AuditEventRow.target_kind, AuditEventRow.actor_id, AuditEventRow.actor_name)
            .where(self._own(), of_project)
            .order_by(col(AuditEventRow.sequence).desc())
            .limit(CHOSEN_FROM)
        )
        rows = (await self._session.exec(newest)).all()
        people = {actor: name for _, _, actor, name in reversed(rows) if actor}
        return Choices(
            actions=tuple(sorted({action for action, _, _, _ in rows})),
            kinds=tuple(sorted({kind for _, kind, _, _ in rows})),
            actors=tuple(sorted(people.items(), key=lambda one: one[1].lower())),
        )

    async def newest(self, action: str) -> AuditEventRow | None:
        """Return the last event of an act upon the organisation as a whole."""
        statement = select(AuditEventRow).where(
            self._own(), AuditEventRow.action == action, col(AuditEventRow.project_id).is_(None)
        )
        return (await self._session.exec(statement.order_by(col(AuditEventRow.sequence).desc()).limit(1))).first()

    async def after(self, sequence: int, limit: int) -> Sequence[AuditEventRow]:
        """Return the events behind this number, in the order of the chain."""
        statement = select(AuditEventRow).where(self._own(), AuditEventRow.sequence > sequence)
        ordered = statement.order_by(col(AuditEventRow.sequence)).limit(limit)
        return (await self._session.exec(ordered)).all()

    async def head(self) -> AuditHeadRow | None:
        statement = select(AuditHeadRow).where(AuditHeadRow.organisation_id == self._organisation_id)
        return (await self._session.exec(statement)).first()

    def _own(self) -> ColumnElement[bool]:
        return col(AuditEventRow.organisation_id) == self._organisation_id


async def chains(session: AsyncSession) -> list[str]:
    """Return the organisations that have a chain, or events without one."""
    heads = set(await session.exec(select(AuditHeadRow.organisation_id).execution_options(unscoped=EVERY_CHAIN)))
    return sorted(
        heads
        | set(
            await session.exec(select(AuditEventRow.organisation_id).distinct().execution_options(unscoped=EVERY_CHAIN))
        )
    )


async def sign_every_end(session: AsyncSession, signer: Sealer, *, is_first: bool = False) -> int:
    """Sign what is signed already with the newest key; return how many. `is_first` signs what never was, too."""
    statement = select(AuditHeadRow).execution_options(unscoped=EVERY_END).with_for_update()
    num_signed = 0
    for head in await session.exec(statement):
        end = End(head.sequence, head.hash) if is_first else end_of(signer, head)
        anew = signed(signer, head.organisation_id, end) if end else head.signed_end
        num_signed += anew != head.signed_end
        head.signed_end = anew
        session.add(head)
    return num_signed


def _chosen(filters: Filters) -> list[ColumnElement[bool]]:
    row, chosen = AuditEventRow, list[ColumnElement[bool]]()
    if actor := storable(filters.actor):
        chosen.append(or_(col(row.actor_id) == actor, col(row.actor_name).icontains(actor, autoescape=True)))
    if action := storable(filters.action):
        area = col(row.action).startswith(f"{action}.", autoescape=True)
        chosen.append(or_(col(row.action) == action, area))
    if target := storable(filters.target):
        named = col(row.target_name).icontains(target, autoescape=True)
        chosen.append(or_(col(row.target_kind) == target, col(row.target_id) == target, named))
    if kind := storable(filters.kind):
        chosen.append(col(row.target_kind) == kind)
    if text := storable(filters.text):
        chosen.append(or_(*(column.icontains(text, autoescape=True) for column in _WORDS)))
    if filters.since:
        chosen.append(col(row.at) >= filters.since)
    if filters.until:
        chosen.append(col(row.at) < filters.until)
    return chosen


_WORDS = (
    col(AuditEventRow.target_name),
    col(AuditEventRow.target_id),
    col(AuditEventRow.actor_name),
    col(AuditEventRow.action),
    col(AuditEventRow.address),
    col(AuditEventRow.request_id),
    cast(col(AuditEventRow.before), String),
    cast(col(AuditEventRow.after), String),
)
