"""Runs over REST: wait, stream, or come back later."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.run_bodies import NewRun, RunBody, RunDetailBody, RunList, result
from backend.bootstrap import services
from backend.flows.types import RunStatus
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["runs"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.FLOWS_READ)]
Runner = Annotated[Operator, allowed(Permission.FLOWS_RUN)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.post("/flows/{name}/run")
async def run_flow(operator: Runner, name: str, body: NewRun) -> Response:
    """Run a flow and answer with its output, or with Server-Sent Events when `stream` is true.

    A run that fails is answered too, with status "failed" and its error: it was made and is kept.
    """
    runs = services().runs
    if body.stream:
        return EventStream(await runs.stream(operator, name, body.wish()))
    return JSONResponse(result(await runs.run(operator, name, body.wish())))


class EventStream(StreamingResponse):
    """Server-Sent Events. A caller who goes away between two of them ends the subscription at once."""

    def __init__(self, events: AsyncGenerator[dict[str, Any]]) -> None:
        self._lines = _lines(events)
        super().__init__(self._lines, media_type="text/event-stream", headers=STREAM_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._lines):
            await super().__call__(scope, receive, send)


async def _lines(events: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[str]:
    """Write each event as its name and one line of JSON."""
    async with aclosing(events):
        async for event in events:
            data = {key: value for key, value in event.items() if key != "event"}
            yield f"event: {event['event']}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"


@router.post("/flows/{name}/runs", status_code=202)
async def enqueue_run(operator: Runner, name: str, body: NewRun) -> RunBody:
    """Write a run down and answer at once; ask for it by its id."""
    return RunBody.of(await services().runs.enqueue(operator, name, body.wish()))


@router.get("/flows/{name}/runs")
async def list_flow_runs(operator: Reader, name: str, limit: Limit = DEFAULT_LIMIT, after: str = "") -> RunList:
    """Return the runs of a flow, newest first."""
    listed = await services().runs.list(operator, Page(limit, after), flow=name)
    return RunList(runs=[RunBody.of(run) for run in listed.items], next=listed.next)


@router.get("/runs")
async def list_runs(
    operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "", status: RunStatus | None = None
) -> RunList:
    """Return the runs of the project, newest first: all, or those of a status."""
    listed = await services().runs.list(operator, Page(limit, after), statuses=(status,) if status else ())
    return RunList(runs=[RunBody.of(run) for run in listed.items], next=listed.next)


@router.get("/runs/{run_id}")
async def get_run(operator: Reader, run_id: str) -> RunDetailBody:
    """Return a run with a row for each node."""
    return RunDetailBody.with_nodes(await services().runs.get(operator, run_id))


@router.post("/runs/{run_id}/cancel")
async def cancel_run(operator: Runner, run_id: str) -> RunBody:
    """End a run; one that has ended is left as it is."""
    return RunBody.of(await services().runs.cancel(operator, run_id))
