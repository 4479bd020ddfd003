"""A turn of a conversation over REST: kept as a test, and asked again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from backend.api.access import allowed
from backend.api.idempotent import IdempotentRoute
from backend.api.runs import EventStream
from backend.api.turn_bodies import (
    KeptTestBody,
    NewReplay,
    NewTestBody,
    ReplayableBody,
    TurnTestBody,
    TurnTestList,
    done_body,
)
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, MAX_LIMIT, Listed, Page
from backend.turns.types import NewTest, ReplayDone, ReplayEvent, ReplayStep

router = APIRouter(prefix="/api/messages/{message_id}", tags=["turns"], route_class=IdempotentRoute)

Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]
Editor = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]
Looker = Annotated[Operator, allowed(Permission.FLOWS_READ)]
Runner = Annotated[Operator, allowed(Permission.FLOWS_RUN)]


@router.post("/test", status_code=201)
async def make_test(operator: Editor, message_id: str, body: NewTestBody) -> KeptTestBody:
    """Make an answer and its question a row of a dataset; a second time changes that row."""
    kept = await services().turns.keep(operator, message_id, NewTest(**dict(body)))
    return KeptTestBody(**asdict(kept))


@router.get("/tests")
async def list_tests(
    operator: Reader,
    message_id: str,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str = "",
) -> TurnTestList:
    """List the rows that an answer became, with how each stands."""
    await services().turns.turn(operator, message_id)
    found = Listed.among(await services().turns.tests(operator, [message_id]), Page(limit, after), key="dataset_id")
    return TurnTestList(tests=[TurnTestBody.of(one) for one in found.items], next=found.next)


@router.get("/replay")
async def get_replay(operator: Looker, message_id: str) -> ReplayableBody:
    """Say what it takes to ask a turn again, and what will not be as it was."""
    return ReplayableBody.of(await services().turns.look(operator, message_id))


@router.post("/replay")
async def replay(operator: Runner, message_id: str, body: NewReplay) -> Response:
    """Ask a turn again in up to six ways at once; with `stream` as Server-Sent Events.

    A column that fails is answered too, with its error.
    """
    turns, columns = services().turns, [one.column() for one in body.columns]
    operator.require(Permission.FLOWS_READ)
    await turns.turn(operator, message_id)  # both are refused before a stream begins
    events = turns.replay(operator, message_id, columns, acts=body.acts)
    if body.stream:
        return EventStream(_told(events))
    ended: dict[int, dict[str, Any]] = {}
    async with aclosing(events):
        async for column, event in events:
            if isinstance(event, ReplayDone):
                ended[column] = done_body(event)
    return JSONResponse({"columns": [ended[column] for column in sorted(ended)]})


async def _told(events: AsyncGenerator[tuple[int, ReplayEvent]]) -> AsyncGenerator[dict[str, Any]]:
    async with aclosing(events):
        async for column, event in events:
            if isinstance(event, ReplayDone):
                yield {"event": "replay.done", "column": column, **done_body(event)}
            else:
                name = "replay.step" if isinstance(event, ReplayStep) else "replay.text"
                yield {"event": name, "column": column, **asdict(event)}
