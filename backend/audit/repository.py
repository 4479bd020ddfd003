"""Write an event into the transaction of the act that it tells."""

from __future__ import annotations

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.chain import START, link
from backend.audit.models import AuditEventRow, AuditHeadRow
from backend.audit.types import Actor, Target, Values
from backend.columns import utc_now
from backend.ids import new_id
from backend.operator import Operator
from backend.trace_ids import caller_address, request_id


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
        actor = Actor(operator.user_id, operator.name, operator.via)
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
        statement = select(AuditHeadRow).where(AuditHeadRow.organisation_id == organisation_id).with_for_update()
        head = (await self._session.exec(statement)).first()
        head = head or AuditHeadRow(organisation_id=organisation_id, sequence=0, hash=START)
        row = AuditEventRow(
            id=new_id("aud"),
            organisation_id=organisation_id,
            project_id=project_id,
            sequence=head.sequence + 1,
            at=utc_now(),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_via=actor.via,
            action=action,
            target_kind=target.kind,
            target_id=target.id,
            target_name=target.name,
            before=before,
            after=after,
            address=caller_address.get(),
            request_id=request_id.get(),
            hash=START,
        )
        row.hash = link(row, head.hash)
        head.sequence, head.hash = row.sequence, row.hash
        self._session.add(row)
        self._session.add(head)
