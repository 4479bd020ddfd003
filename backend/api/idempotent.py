"""Honour Idempotency-Key: `APIRouter(route_class=IdempotentRoute)` does it for every POST of a router."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import unquote

from fastapi import Request, Response
from fastapi.routing import APIRoute

from backend.api.access import who_asks
from backend.api.bodies import ZERO, PlainRequest
from backend.bootstrap import services
from backend.errors import InvalidInput
from backend.idempotency.types import Answer

HEADER = "idempotency-key"
REPLAYED = {"Idempotency-Replayed": "true"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def fingerprint(request: Request) -> str:
    """Tell the same request from another one. An upload is told by its length: its body is not held in memory."""
    told = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}".encode())
    if is_multipart(request):
        told.update(request.headers.get("content-length", "").encode())
    else:
        told.update(await request.body())
    return told.hexdigest()


def takes_its_own_body(request: Request, route: APIRoute) -> bool:
    """Tell whether this is an upload, which its route streams to disk and counts by itself."""
    return route.body_field is None and is_multipart(request)


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/")


class IdempotentRoute(APIRoute):
    """Ask who calls before a byte is read, and answer a repeated POST with the first answer.

    Only what succeeded as JSON is remembered; a stream is not.
    """

    remembers: ClassVar[bool] = True

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            # The framework would read and parse the body first, of anybody, and tell strangers what shape it wants.
            operator = await who_asks(request)
            if ZERO in unquote(f"{request.url.path}?{request.url.query}"):
                raise InvalidInput("The address holds the character zero.")
            if not takes_its_own_body(request, self):
                request = PlainRequest(request)
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST" or not self.remembers:
                return await handle(request)
            memory = services().idempotency
            if known := await memory.claim(operator, key, await fingerprint(request)):
                return Response(known.body, known.status, REPLAYED, "application/json")
            kept = False
            try:
                answer = await handle(request)
                body = getattr(answer, "body", None)
                if isinstance(body, bytes) and answer.status_code < 300:  # noqa: PLR2004  # what succeeded
                    await memory.keep(operator, key, Answer(answer.status_code, body.decode()))
                    kept = True
                return answer
            finally:
                if not kept:
                    await memory.release(operator, key)

        return once


class SecretRoute(IdempotentRoute):
    """Ask first too, and remember no answer: it holds a secret that is shown once."""

    remembers = False
