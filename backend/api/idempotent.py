"""Honour Idempotency-Key: `APIRouter(route_class=IdempotentRoute)` does it for every POST of a router."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import unquote

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from backend.api.access import who_asks
from backend.api.bodies import ZERO, PlainRequest
from backend.bootstrap import services
from backend.errors import GoesOn, InvalidInput
from backend.idempotency.types import Answer
from backend.operator import Operator

HEADER = "idempotency-key"
OTHER = "This Idempotency-Key was sent with a different request before."
REPLAYED = {"Idempotency-Replayed": "true"}
_carried: set[asyncio.Task[Response]] = set()
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def fingerprint(request: Request) -> str:
    """Tell the same request from another one. An upload is told by its length first, then by its bytes."""
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


class Upload:
    """A request whose bytes are told as they pass, without the boundary, which every sending makes anew."""

    def __init__(self, request: Request) -> None:
        self._told, self._rest, self._receive = hashlib.sha256(), b"", request.receive
        self._boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
        self.request = Request(request.scope, self._pass)

    @property
    def digest(self) -> str:
        told = self._told.copy()
        told.update(self._rest)
        return told.hexdigest()

    async def drained(self) -> str:
        """Return the digest of a body that nobody else reads."""
        async for _ in self.request.stream():
            pass
        return self.digest

    async def _pass(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            seen = self._rest + message.get("body", b"")
            if self._boundary:
                seen = seen.replace(self._boundary, b"")
            # What may be the beginning of a boundary waits for the next piece.
            cut = max(0, len(seen) - len(self._boundary))
            self._told.update(seen[:cut])
            self._rest = seen[cut:]
        return message


class IdempotentRoute(APIRoute):
    """Ask who calls before a byte is read, and answer a repeated POST with the first answer.

    What succeeded is remembered; of a stream, only that it was begun.
    """

    remembers: ClassVar[bool] = True

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            # The framework would read and parse the body first, of anybody, and tell strangers what shape it wants.
            operator = await who_asks(request)
            if ZERO in unquote(f"{request.url.path}?{request.url.query}"):
                raise InvalidInput("The address holds the character zero.")
            upload = Upload(request) if takes_its_own_body(request, self) else None
            request = upload.request if upload else PlainRequest(request)
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST" or not self.remembers:
                return await handle(request)
            self._refuse(operator)  # before an answer of yesterday is given to somebody who may not have it today
            memory = services().idempotency
            if known := await memory.claim(operator, key, await fingerprint(request)):
                if upload and known.digest != await upload.drained():
                    raise InvalidInput(OTHER)
                return Response(known.body, known.status, REPLAYED, "application/json")
            # A caller who is refused meanwhile, or hangs up, ends no work that a repetition would then do twice.
            carrying = asyncio.create_task(_carry(handle, request, operator, key, upload))
            _carried.add(carrying)
            carrying.add_done_callback(_done)
            return await asyncio.shield(carrying)

        return once

    def _refuse(self, operator: Operator) -> None:
        """Raise Forbidden where the route's own check would."""
        for one in self.dependant.dependencies:
            if permission := getattr(one.call, "permission", None):
                operator.require(permission)


async def _carry(handle: Handler, request: Request, operator: Operator, key: str, upload: Upload | None) -> Response:
    """Do what is asked and remember the answer; let the key go where nothing was made."""
    memory = services().idempotency
    try:
        answer = await handle(request)
    except GoesOn as begun:
        await memory.keep(operator, key, _begun(f"{begun.message} {begun.hint}".strip()))
        raise
    except Exception:
        await memory.release(operator, key)
        raise
    body = getattr(answer, "body", None)
    if answer.status_code >= 300:  # noqa: PLR2004  # what did not succeed
        await memory.release(operator, key)
    elif isinstance(body, bytes):
        digest = upload.digest if upload else ""
        await memory.keep(operator, key, Answer(answer.status_code, body.decode(), digest))
    else:
        await memory.keep(operator, key, _begun("This was begun before, and its answer was streamed."))
    return answer


def _begun(words: str) -> Answer:
    return Answer(409, json.dumps({"detail": f"{words} With the same Idempotency-Key it is not begun again."}))


def _done(carrying: asyncio.Task[Response]) -> None:
    _carried.discard(carrying)
    if not carrying.cancelled():
        carrying.exception()  # where nobody waits any more, nobody else looks at it


class SecretRoute(IdempotentRoute):
    """Ask first too, and remember no answer: it holds a secret that is shown once."""

    remembers = False
