"""Files of rows over REST: look first, then import; and export."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Annotated, Any
from urllib.parse import quote

from anyio import CancelScope
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from backend.api.access import allowed
from backend.api.dataset_bodies import WrittenBody
from backend.api.documents import AS_DATA, FILES_SCHEMA, UPLOADS
from backend.api.errors import content_of, status_of
from backend.api.idempotent import IdempotentRoute
from backend.api.odd_rows import PlanBody
from backend.api.uploads import Received, received
from backend.bootstrap import services
from backend.datasets.service.files import Format
from backend.datasets.types import MAX_FILE_BYTES, ItemFilter
from backend.errors import DomainError, InvalidInput, TooLarge
from backend.ids import new_id
from backend.knowledge.names import harmless
from backend.mapped_tables import Progress
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api/datasets/{dataset_id}", tags=["datasets"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.DATASETS_READ)]
Editor = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]
Work = Callable[[Progress], Awaitable[dict[str, Any]]]
LINES = "application/x-ndjson"
MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": LINES}
BROKEN = "Something went wrong on our side. Nothing was changed. The log has it under {reference}."

_log = logging.getLogger(__name__)


def targets_in(mapping: str) -> dict[str, str] | None:
    """Read a mapping of columns to targets; empty means that it is guessed."""
    if not mapping:
        return None
    try:
        found = json.loads(mapping)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InvalidInput("mapping is a JSON object of columns and what each becomes.")
    return found


async def one_file(request: Request, stack: AsyncExitStack) -> Received:
    """Take in the one file of a request; it is gone when the stack closes."""
    files = await stack.enter_async_context(received(request, services().settings.folder / UPLOADS, MAX_FILE_BYTES))
    if len(files) > 1:
        raise InvalidInput("Send one file at a time.")
    if files[0].too_large:
        most = MAX_FILE_BYTES // (1024 * 1024)
        raise TooLarge(f"“{harmless(files[0].name)}” is larger than {most} MB.", hint="Split it into parts.")
    return files[0]


@router.post("/import", response_class=StreamingResponse, openapi_extra=FILES_SCHEMA)
async def import_file(
    operator: Editor,
    dataset_id: str,
    request: Request,
    *,
    mapping: str = "",
    dry_run: bool = False,
    skip_duplicates: bool = True,
    skip_bad: bool = False,
) -> StreamingResponse:
    """Import one file (field `files`), or with `dry_run` tell what would come of it, in lines of JSON.

    Lines `{"stage", "done", "of"}` tell how far it is; the last is `{"result": ...}`, or `{"detail", "status"}` when
    it failed and nothing was changed. `mapping` is a JSON object of columns and what each becomes: `input.<field>`,
    `expected_output`, `metadata.<field>`, `split`, `tags`, or "" to leave it out; left out, it is guessed. A row whose
    input is there already, as after the same file, is left out and counted in `num_skipped`, unless `skip_duplicates`
    is false.
    """
    datasets = services().datasets
    await datasets.get(operator, dataset_id)  # before a byte of the body is kept
    targets = targets_in(mapping)
    stack = AsyncExitStack()
    try:
        file = await one_file(request, stack)
    except BaseException:
        await stack.aclose()
        raise
    name = harmless(file.name)

    async def work(progress: Progress) -> dict[str, Any]:
        if dry_run:
            plan = await datasets.plan_import(operator, dataset_id, file.path, name, targets=targets, progress=progress)
            return PlanBody.of(plan).model_dump(mode="json")
        written = await datasets.import_file(
            operator,
            dataset_id,
            file.path,
            name,
            targets=targets,
            skip_duplicates=skip_duplicates,
            skip_bad=skip_bad,
            progress=progress,
        )
        return WrittenBody.of(written).model_dump(mode="json")

    return StreamingResponse(told(work, stack), media_type=LINES, headers={"Cache-Control": "no-store"})


async def told(work: Work, stack: AsyncExitStack) -> AsyncIterator[bytes]:
    """Yield how far the work is, then what came of it. Whoever goes away ends the work; nothing is left by halves."""
    news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    doing = asyncio.ensure_future(
        work(lambda stage, done, total: news.put_nowait({"stage": stage, "done": done, "of": total}))
    )
    try:
        while not doing.done():
            with contextlib.suppress(TimeoutError):
                yield _line(await asyncio.wait_for(news.get(), 0.2))
        yield _line(_ending(doing))
    finally:
        doing.cancel()
        with CancelScope(shield=True):  # else a sender who goes away ends this too, and the work clears up on its own
            await asyncio.wait({doing})
            await stack.aclose()


def _ending(doing: asyncio.Future[dict[str, Any]]) -> dict[str, Any]:
    error = doing.exception()
    if error is None:
        return {"result": doing.result()}
    if isinstance(error, DomainError):
        return {**content_of(error), "status": status_of(error)}
    reference = new_id("err")
    _log.error("an import failed, %s", reference, exc_info=error)
    return {"detail": BROKEN.format(reference=reference), "status": 500}


def _line(news: dict[str, Any]) -> bytes:
    return f"{json.dumps(news, ensure_ascii=False)}\n".encode()


@router.get("/export", response_class=StreamingResponse)
async def export_dataset(
    operator: Reader,
    dataset_id: str,
    *,
    format: Format = "jsonl",  # noqa: A002  # the word of the address
    version: int | None = None,
    split: str = "",
    tag: str = "",
    text: str = "",
) -> StreamingResponse:
    """Return the rows of a version as a file: `jsonl` says all; `csv` guards against formulas."""
    datasets = services().datasets
    dataset = await datasets.get(operator, dataset_id)
    blocks = await datasets.export(operator, dataset_id, format, version=version, wanted=ItemFilter(split, tag, text))
    at = dataset.version if version is None else version
    disposition = f"attachment; filename*=UTF-8''{quote(harmless(f'{dataset.name}-v{at}.{format}'))}"
    return StreamingResponse(blocks, media_type=MEDIA[format], headers={**AS_DATA, "Content-Disposition": disposition})
