"""Runs over REST: wait, stream, or come back later."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.flows.types import NodeRun, Run, RunDetail, RunResult, RunStatus, RunWish, Trigger
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Page

router = APIRouter(prefix="/api", tags=["runs"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.FLOWS_READ)]
Runner = Annotated[Operator, allowed(Permission.FLOWS_RUN)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class NewRun(BaseModel):
    """`version` is a number, "draft" or "published". `conversation_id` goes on with a chat."""

    model_config = ConfigDict(extra="forbid")

    input: dict[str, Any] = Field(default_factory=dict)
    version: int | Literal["draft", "published"] | None = None
    conversation_id: str | None = None
    stream: bool = False

    def wish(self, trigger: Trigger = Trigger.API) -> RunWish:
        return RunWish(self.input, self.version or "published", self.conversation_id or "", trigger)


class RunBody(BaseModel):
    """A run as a list shows it."""

    id: str
    run_id: str
    flow_id: str
    flow: str
    version: int | None
    status: RunStatus
    trigger: Trigger
    input: dict[str, Any]
    output: dict[str, Any] | None
    error: str
    error_node: str
    usage: dict[str, Any]
    citations: list[dict[str, Any]]
    conversation_id: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    time_ms: float

    @classmethod
    def of(cls, run: Run) -> RunBody:
        return cls(
            id=run.id,
            run_id=run.id,
            flow_id=run.flow_id,
            flow=run.flow_slug,
            version=run.version,
            status=run.status,
            trigger=run.trigger,
            input=run.input,
            output=run.output,
            error=run.error,
            error_node=run.error_node,
            usage=run.usage.as_json(),
            citations=run.citations,
            conversation_id=run.conversation_id,
            attempt=run.attempt,
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            time_ms=run.time_ms,
        )


def _node(node: NodeRun) -> dict[str, Any]:
    return {
        "node": node.node,
        "plate": node.plate,
        "kind": node.kind,
        "title": node.title,
        "status": node.status.value,
        "reason": node.reason,
        "error": node.error,
        "inputs": node.inputs,
        "output": node.output,
        "usage": node.usage.as_json(),
        "offset_ms": node.offset_ms,
        "time_ms": node.time_ms,
        "attempt": node.attempt,
        "tries": [{"number": one.number, "time_ms": one.time_ms, "error": one.error} for one in node.tries],
        "detail": node.detail,
    }


def _detail(found: RunDetail) -> dict[str, Any]:
    return {**RunBody.of(found.run).model_dump(mode="json"), "nodes": [_node(node) for node in found.nodes]}


def _result(result: RunResult) -> dict[str, Any]:
    failed = {"error": result.error, "error_node": result.error_node} if result.error else {}
    return {
        "run_id": result.run_id,
        "status": result.status.value,
        "output": result.output,
        "usage": {**result.usage.as_json(), "time_ms": result.time_ms},
        "citations": result.citations,
        "conversation_id": result.conversation_id,
        **failed,
    }


@router.post("/flows/{name}/run")
async def run_flow(operator: Runner, name: str, body: NewRun) -> Response:
    """Run a flow and answer with its output, or with Server-Sent Events when `stream` is true.

    A run that fails is answered too, with status "failed" and its error: it was made and is kept.
    """
    runs = services().runs
    if body.stream:
        return EventStream(await runs.stream(operator, name, body.wish()))
    return JSONResponse(_result(await runs.run(operator, name, body.wish())))


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
async def list_flow_runs(operator: Reader, name: str, limit: Limit = DEFAULT_LIMIT, after: str = "") -> dict[str, Any]:
    """Return the runs of a flow, newest first."""
    listed = await services().runs.list(operator, Page(limit, after), flow=name)
    return {"runs": [RunBody.of(run) for run in listed.items], "next": listed.next}


@router.get("/runs")
async def list_runs(operator: Reader, limit: Limit = DEFAULT_LIMIT, after: str = "") -> dict[str, Any]:
    """Return the runs of the project, newest first."""
    listed = await services().runs.list(operator, Page(limit, after))
    return {"runs": [RunBody.of(run) for run in listed.items], "next": listed.next}


@router.get("/runs/{run_id}")
async def get_run(operator: Reader, run_id: str) -> dict[str, Any]:
    """Return a run with a row for each node."""
    return _detail(await services().runs.get(operator, run_id))


@router.post("/runs/{run_id}/cancel")
async def cancel_run(operator: Runner, run_id: str) -> RunBody:
    """End a run; one that has ended is left as it is."""
    return RunBody.of(await services().runs.cancel(operator, run_id))
