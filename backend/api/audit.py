"""What was done, by whom, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from backend.api.access import allowed
from backend.audit.types import AuditEvent, Filters
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["audit"])

Auditor = Annotated[Operator, allowed(Permission.AUDIT_READ)]
Text = Annotated[str, Query(max_length=200)]


class AuditEventBody(BaseModel):
    """One act; `before` and `after` say what changed, with secrets masked."""

    id: str
    sequence: int
    at: datetime
    project_id: str | None
    actor_id: str
    actor: str
    via: str
    action: str
    target_kind: str
    target_id: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str
    request_id: str
    hash: str

    @classmethod
    def of(cls, event: AuditEvent) -> AuditEventBody:
        return cls(
            id=event.id,
            sequence=event.sequence,
            at=event.at,
            project_id=event.project_id,
            actor_id=event.actor.id,
            actor=event.actor.name,
            via=event.actor.via,
            action=event.action,
            target_kind=event.target.kind,
            target_id=event.target.id,
            target=event.target.name,
            before=event.before,
            after=event.after,
            address=event.address,
            request_id=event.request_id,
            hash=event.hash,
        )


@router.get("/audit-events")
async def list_events(
    operator: Auditor,
    *,
    actor: Text = "",
    action: Text = "",
    target: Text = "",
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: Text = "",
) -> dict[str, Any]:
    """Return the audit log of the project, newest first; `from` is within, `to` is not."""
    filters = Filters(actor, action, target, since, until)
    listed = await services().audit.list(operator, filters, Page(limit, after))
    return {"audit_events": [AuditEventBody.of(event) for event in listed.items], "next": listed.next}
