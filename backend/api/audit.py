"""What was done, by whom, over REST."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from backend.api.access import allowed
from backend.api.documents import AS_DATA
from backend.audit.types import AuditEvent, Filters
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from backend.spreadsheets import csv_line

router = APIRouter(prefix="/api", tags=["audit"])

Auditor = Annotated[Operator, allowed(Permission.AUDIT_READ)]
Text = Annotated[str, Query(max_length=200)]
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl"}


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


def _chosen(
    *,
    actor: Text = "",
    action: Text = "",
    target: Text = "",
    kind: Text = "",
    text: Text = "",
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> Filters:
    return Filters(actor, action, target, kind, text, since, until)


Chosen = Annotated[Filters, Depends(_chosen)]


@router.get("/audit-events")
async def list_events(
    operator: Auditor,
    filters: Chosen,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: Text = "",
) -> dict[str, Any]:
    """Return the audit log of the project, newest first; `from` is within, `to` is not."""
    listed = await services().audit.list(operator, filters, Page(limit, after))
    return {"audit_events": [AuditEventBody.of(event) for event in listed.items], "next": listed.next}


@router.get("/audit-events/export", response_class=StreamingResponse)
async def export_events(
    operator: Auditor, filters: Chosen, kind_of_file: Annotated[Literal["csv", "jsonl"], Query(alias="format")] = "csv"
) -> StreamingResponse:
    """Return the whole log, narrowed as the list is, as CSV or as JSON Lines. Taking it out is an event of its own."""
    events = await services().audit.export(operator, filters)
    lines = _as_csv(events) if kind_of_file == "csv" else _as_json_lines(events)
    headers = {**AS_DATA, "Content-Disposition": f'attachment; filename="audit-log.{kind_of_file}"'}
    return StreamingResponse(lines, media_type=MEDIA[kind_of_file], headers=headers)


@router.post("/audit-events/verify")
async def verify_events(operator: Auditor) -> dict[str, Any]:
    """Walk along the chain of the organisation and name what was edited, removed or added behind its back."""
    found = await services().audit.verify(operator)
    return {"whole": not found.breaches, "events": found.num_events, "hash": found.hash, "breaches": found.breaches}


async def _as_csv(events: AsyncIterator[AuditEvent]) -> AsyncIterator[str]:
    yield csv_line(list(AuditEventBody.model_fields))
    async for event in events:
        row = AuditEventBody.of(event).model_dump(mode="json")
        yield csv_line([as_json(value) if isinstance(value, dict) else value for value in row.values()])


async def _as_json_lines(events: AsyncIterator[AuditEvent]) -> AsyncIterator[str]:
    async for event in events:
        yield f"{AuditEventBody.of(event).model_dump_json()}\n"


def as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
