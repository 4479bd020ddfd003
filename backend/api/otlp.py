"""Traces over OTLP/HTTP. What this protocol says of codes and bodies stands before what the rest of the API does."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, HTTPException, Request, Response

from backend.api.access import allowed
from backend.api.errors import refuse
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.errors import DomainError, InvalidInput
from backend.operator import Operator, Permission
from backend.ports.traces import Wire

PROTOBUF, JSON = "application/x-protobuf", "application/json"
MEDIA: dict[Wire, str] = {"protobuf": PROTOBUF, "json": JSON}
INVALID = 422  # what this protocol calls 400
Exporter = Annotated[Operator, allowed(Permission.CONVERSATIONS_INGEST)]


class OtlpRoute(IdempotentRoute):
    """Refuses in the shape of the protocol, in the encoding that was sent. Spans are idempotent by themselves."""

    remembers: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                status, words, headers = error.status_code, str(error.detail), dict(error.headers or {})
            except DomainError as error:
                answer = await refuse(request, error)
                status, words = answer.status_code, json.loads(bytes(answer.body))["detail"]
                headers = {name: answer.headers[name] for name in ("retry-after", "www-authenticate")
                           if name in answer.headers}  # fmt: skip
            wire = _wire(request) or "json"
            body = await services().traces.refusal(wire, words)
            return Response(body, 400 if status == INVALID else status, headers, MEDIA[wire])

        return told


router = APIRouter(prefix="/api/otlp", tags=["conversations"], route_class=OtlpRoute)


def _wire(request: Request) -> Wire | None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return next((wire for wire, media in MEDIA.items() if media == kind), None)


@router.post("/v1/traces", response_class=Response)
async def take_traces(operator: Exporter, request: Request) -> Response:
    """Keep the spans of an ExportTraceServiceRequest, in protobuf or JSON, plain or as gzip, and what was said in them.

    The answer is 200 also where some spans cannot be read or kept: `partial_success` counts those and says why. It is
    429 with Retry-After above the rate: exporters send the same again later.
    """
    wire = _wire(request)
    if wire is None:
        raise HTTPException(415, f"Send {PROTOBUF} or {JSON}.")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"gzip", "identity"}:
        raise InvalidInput("The body is plain or gzip.")
    traces = services().traces
    delivery = await traces.read(await request.body(), wire, gzipped=coding == "gzip")
    left_out = await services().conversations.take_spans(operator, delivery.spans)
    words = " ".join(filter(None, (delivery.words, left_out.words)))
    return Response(
        await traces.answer(wire, delivery.num_rejected + left_out.num_beyond, words), media_type=MEDIA[wire]
    )
