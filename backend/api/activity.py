"""What is in work, and search across the project, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backend.activity.service import MAX_QUERY_CHARACTERS
from backend.activity.types import Found, Job, Thing
from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT

router = APIRouter(prefix="/api", tags=["activity"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.PROJECT_READ)]


class JobBody(BaseModel):
    """A document being read or a run; `percent` is that of the document's stage."""

    kind: Thing
    id: str
    title: str
    where: str
    status: str
    stage: str
    percent: int
    num_done: int
    error: str
    started_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> JobBody:
        return cls(
            kind=job.thing,
            id=job.id,
            title=job.title,
            where=job.where,
            status=job.status,
            stage=job.stage,
            percent=job.percent,
            num_done=job.num_done,
            error=job.error,
            started_at=job.started_at,
            ended_at=job.ended_at,
        )


class FoundBody(BaseModel):
    """A thing whose name holds the query."""

    kind: Thing
    id: str
    title: str
    where: str
    status: str

    @classmethod
    def of(cls, found: Found) -> FoundBody:
        return cls(kind=found.thing, id=found.id, title=found.title, where=found.where, status=found.status)


@router.get("/activity")
async def activity(operator: Reader, limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50) -> dict[str, Any]:
    """Return the jobs in work and the last that ended, newest first."""
    work = await services().activity.work(operator, limit)
    return {
        "in_work": [JobBody.of(job) for job in work.in_work],
        "ended": [JobBody.of(job) for job in work.ended],
        "num_in_work": work.num_in_work,
    }


@router.get("/search")
async def search(
    operator: Reader,
    query: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS)],
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
) -> dict[str, list[FoundBody]]:
    """Return up to `limit` of each kind of thing whose name holds the query."""
    return {"found": [FoundBody.of(found) for found in await services().activity.find(operator, query, limit)]}
