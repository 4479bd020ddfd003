"""Conversations in files over REST: look first, then import."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from backend.api.access import allowed
from backend.api.dataset_files import LINES, one_file, targets_in, told
from backend.api.documents import FILES_SCHEMA
from backend.api.idempotent import IdempotentRoute
from backend.api.odd_rows import PlanBody
from backend.bootstrap import services
from backend.knowledge.names import harmless
from backend.mapped_tables import Progress
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api/conversations", tags=["conversations"], route_class=IdempotentRoute)
Bringer = Annotated[Operator, allowed(Permission.CONVERSATIONS_INGEST)]


@router.post("/import", response_class=StreamingResponse, openapi_extra=FILES_SCHEMA)
async def import_conversations(
    operator: Bringer, request: Request, *, mapping: str = "", dry_run: bool = False, skip_bad: bool = False
) -> StreamingResponse:
    """Import one file (field `files`) of CSV or JSON lines, or with `dry_run` tell what would come of it.

    The answer is lines of JSON, as that of an import into a dataset. Rows with the same `conversation_id` are one
    conversation; one whose id is in the log already is left out. All come in, or none.
    """
    targets = targets_in(mapping)
    stack = AsyncExitStack()
    try:
        file = await one_file(request, stack)
    except BaseException:
        await stack.aclose()
        raise
    name, log = harmless(file.name), services().conversations

    async def work(progress: Progress) -> dict[str, Any]:
        if dry_run:
            plan = await log.plan_import(operator, file.path, name, targets=targets, progress=progress)
            return PlanBody.of(plan).model_dump(mode="json")
        return asdict(
            await log.import_file(operator, file.path, name, targets=targets, skip_bad=skip_bad, progress=progress)
        )

    return StreamingResponse(told(work, stack), media_type=LINES, headers={"Cache-Control": "no-store"})
