"""All of a person's data counted, removed and given out, and how long conversations are kept, over REST."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import SecretRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from backend.privacy.types import MAX_DAYS, Going, JobKind, JobState, PrivacyJob, Retention

# Whom it is about stands in bodies alone: addresses stand in histories and logs; no body is remembered here.
router = APIRouter(prefix="/api/privacy", tags=["privacy"], route_class=SecretRoute)
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Keeper = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]
ZIP = {"Content-Disposition": 'attachment; filename="person.zip"', "Cache-Control": "no-store"}


class PersonBody(Strict):
    """`user` as your systems send it."""

    user: str


class PartBody(Strict):
    """`text` is a part of a name, an address or an id."""

    text: str


class FoundPersonBody(BaseModel):
    """`user` is what the other addresses take; `member` says who that is where it is a member of the project."""

    user: str
    conversations: int
    member: str


class FoundPeople(BaseModel):
    people: list[FoundPersonBody]


class GoingBody(BaseModel):
    """What would go; `dataset_rows` were made from turns, `cells` are what experiments answered to them.

    `traces` are those that belong to no conversation, `playgrounds` were shared with values of a run. `prompts` names
    those that somebody made of a call: they stay, unless they are deleted before. `views` and `alerts` name those that
    are filtered by the id: they go.
    """

    conversations: int
    messages: int
    runs: int
    approvals: int
    remarks: int
    dataset_rows: int
    cells: int
    traces: int
    playgrounds: int
    prompts: list[str]
    views: list[str]
    alerts: list[str]

    @classmethod
    def of(cls, going: Going) -> GoingBody:
        told: dict[str, Any] = {name.removeprefix("num_"): one for name, one in asdict(going).items()}
        return cls(dataset_rows=told.pop("items"), **told)


class RemovalBody(BaseModel):
    """Whom it is about is not told: their name goes with the rest. `error` says why it failed."""

    id: str
    kind: JobKind
    state: JobState
    total: int
    done: int
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    error: str

    @classmethod
    def of(cls, job: PrivacyJob) -> RemovalBody:
        return cls(
            id=job.id, kind=job.kind, state=job.state, total=job.num_total, done=job.num_done, asked_by=job.asked_by,
            created_at=job.created_at, finished_at=job.finished_at, error=job.error,
        )  # fmt: skip


class RemovalList(BaseModel):
    removals: list[RemovalBody]
    next: str | None


class RetentionBody(Strict):
    """`days` after the last message; null keeps conversations until somebody deletes them."""

    days: int | None


class KeptBody(RetentionBody):
    swept_at: datetime | None

    @classmethod
    def of(cls, kept: Retention) -> KeptBody:
        return cls(days=kept.days, swept_at=kept.swept_at)


@router.post("/people/find")
async def find_people(operator: Keeper, body: PartBody) -> FoundPeople:
    """Return at most 20 whose name, address or id holds each part of the text, the busiest first."""
    found = await services().privacy.people(operator, body.text)
    return FoundPeople(
        people=[FoundPersonBody(user=one.id, conversations=one.num_conversations, member=one.member) for one in found]
    )


@router.post("/people/look")
async def look_at_person(operator: Keeper, body: PersonBody) -> GoingBody:
    """Count what a removal would take away; nothing is removed."""
    return GoingBody.of(await services().privacy.going(operator, body.user))


@router.post("/people/export")
async def export_person(operator: Keeper, body: PersonBody) -> StreamingResponse:
    """Return all of a person's as a ZIP: `person.json`, and CSV beside it."""
    pieces = await services().privacy.export(operator, body.user)
    return StreamingResponse(pieces, media_type="application/zip", headers=ZIP)


@router.post("/people/remove", status_code=202)
async def remove_person(operator: Keeper, body: PersonBody) -> RemovalBody:
    """Begin to remove all of a person's; it cannot be undone."""
    return RemovalBody.of(await services().privacy.remove(operator, body.user))


@router.get("/removals")
async def list_removals(operator: Keeper, limit: Limit = DEFAULT_LIMIT, after: str = "") -> RemovalList:
    """List the removals, newest first."""
    listed = await services().privacy.jobs(operator, Page(limit, after))
    return RemovalList(removals=[RemovalBody.of(one) for one in listed.items], next=listed.next)


@router.get("/removals/{removal_id}")
async def get_removal(operator: Keeper, removal_id: str) -> RemovalBody:
    """Return how far a removal is."""
    return RemovalBody.of(await services().privacy.job(operator, removal_id))


@router.post("/removals/{removal_id}/retry", status_code=202)
async def retry_removal(operator: Keeper, removal_id: str) -> RemovalBody:
    """Go on with a removal that failed; one that did not stays as it is."""
    return RemovalBody.of(await services().privacy.retry(operator, removal_id))


@router.get("/retention")
async def get_retention(operator: Keeper) -> KeptBody:
    """Return how long the project keeps conversations."""
    return KeptBody.of(await services().privacy.retention(operator))


@router.put("/retention")
async def put_retention(operator: Keeper, body: RetentionBody) -> KeptBody:
    """Keep conversations so long from now on; the first removal begins within a minute."""
    return KeptBody.of(await services().privacy.set_retention(operator, body.days))


@router.get("/retention/preview")
async def preview_retention(operator: Keeper, days: Annotated[int, Query(ge=1, le=MAX_DAYS)]) -> GoingBody:
    """Count what a retention of so many days would remove now."""
    return GoingBody.of(await services().privacy.preview(operator, days))
