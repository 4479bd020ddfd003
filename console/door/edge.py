"""The outermost door: what no request may bring, whoever sends it, is refused before anything is read or looked up."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.bootstrap import Edge, services
from backend.trace_ids import caller_address
from console.door import asking
from console.door.headers import secured

KB, MB = 1024, 1024 * 1024
MAX_HEADERS_BYTES = 32 * KB
# Nobody signs in with more than a form; a flow of 500 nodes takes 2 MB.
MAX_ANONYMOUS_BODY_BYTES = 64 * KB
MAX_BODY_BYTES = 8 * MB
# Files are streamed to disk by their own route, which counts them; it asks who sends them first.
UPLOAD_FOLDER, UPLOAD_END = "/api/knowledge-bases/", "/documents"
CORS_METHODS = b"GET, POST, PUT, PATCH, DELETE"
CORS_HEADERS = b"authorization, content-type, idempotency-key, x-api-key, x-project-id"
CORS_EXPOSED = b"retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id"
TLS_SCHEMES = {"http": "https", "websocket": "wss"}
Header = tuple[bytes, bytes]


async def answer(send: Send, status: int, words: str, headers: Iterable[Header] = ()) -> None:
    body = json.dumps({"detail": words}).encode()
    given = [(b"content-type", b"application/json"), (b"connection", b"close"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body})


def _refusal(scope: Scope, edge: Edge) -> tuple[int, str] | None:
    """Return status and sentence for what is never let in."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS_BYTES:
        return 431, "The headers are too large."
    if not asking.is_known_host(scope, edge):
        return 400, "This is not the address of this console. Set SIGNALBOX_PUBLIC_URL to the one that people open."
    if asking.has_key_in_query(scope):
        return 400, "A key has no place in an address: send it in X-API-Key or as a bearer token, and revoke this one."
    return None


def max_body_bytes(scope: Scope) -> int | None:
    """Return how many bytes the request may carry; None where its route counts them itself."""
    names = {name for name, _ in scope["headers"]}
    if b"cookie" not in names and not names & asking.KEY_HEADERS:
        return MAX_ANONYMOUS_BODY_BYTES
    path = scope["path"].rstrip("/")
    is_upload = scope["method"] == "POST" and path.startswith(UPLOAD_FOLDER) and path.endswith(UPLOAD_END)
    return None if is_upload else MAX_BODY_BYTES


class _Heard:
    """A request of which is known whether its body was read to the end.

    The server cuts the connection behind an answer that came before it. A client that was not told sends its next
    request into that cut.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        lengths = asking.values_of(scope, b"content-length")
        has_body = lengths not in ([], ["0"]) or bool(asking.values_of(scope, b"transfer-encoding"))
        # A connection of HTTP/2 is many requests, and is not cut.
        self._is_open = has_body and scope.get("http_version", "1.1").startswith("1")

    async def receive(self) -> Message:
        message = await self._receive()
        self._is_open = self._is_open and message.get("more_body", False)
        return message

    def closing(self, given: Iterable[Header]) -> list[Header]:
        is_said = any(name == b"connection" for name, _ in given)
        return [(b"connection", b"close")] if self._is_open and not is_said else []


class _Counted:
    """A request whose body is counted while it is read: its length is told by the sender, or not at all."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._num_bytes = 0
        self._is_answered = False

    @property
    def is_too_long(self) -> bool:
        return self._num_bytes > self._limit

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._num_bytes += len(message.get("body", b""))
            if self.is_too_long:
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if not self.is_too_long or (self._is_answered and message["type"] != "http.response.start"):
            self._is_answered = self._is_answered or message["type"] == "http.response.start"
            await self._send(message)

    async def finish(self) -> None:
        if self.is_too_long and not self._is_answered:
            await answer(self._send, 413, "The request is too large.")


async def _bounded(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass on a request whose body keeps within its limit, else answer 413."""
    limit = max_body_bytes(scope)
    if limit is None:
        await app(scope, receive, send)
        return
    length = asking.values_of(scope, b"content-length")
    if any(one.isdigit() and int(one) > limit for one in length):
        await answer(send, 413, "The request is too large.")
        return
    counted = _Counted(receive, send, limit)
    try:
        await app(scope, counted.receive, counted.send)
    except Exception:
        if not counted.is_too_long:
            raise
    await counted.finish()


def _cors(scope: Scope, edge: Edge) -> list[Header]:
    """Return what lets a page of a listed origin read the answer; nothing for any other."""
    origins = asking.values_of(scope, b"origin") if scope["type"] == "http" else []
    if len(origins) != 1 or origins[0] not in edge.cors_origins or not scope["path"].startswith("/api/"):
        return []
    return [(b"access-control-allow-origin", origins[0].encode()), (b"access-control-expose-headers", CORS_EXPOSED)]


async def _preflight(send: Send) -> None:
    allow = [(b"access-control-allow-methods", CORS_METHODS), (b"access-control-allow-headers", CORS_HEADERS)]
    await send({"type": "http.response.start", "status": 204, "headers": [*allow, (b"access-control-max-age", b"600")]})
    await send({"type": "http.response.body", "body": b""})


async def _pass(app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, is_cors: bool) -> None:
    """Let in what was not refused."""
    if scope["type"] == "websocket":
        await app(scope, receive, send)
    elif is_cors and scope["method"] == "OPTIONS":
        await _preflight(send)
    else:
        if is_cors:
            # Another origin brings a key of its own; it never rides on the session of the person at the browser.
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"cookie"]}
        await _bounded(app, scope, receive, send)


def edged(app: ASGIApp) -> ASGIApp:
    """Stand in front of the whole application, pages, socket and REST API alike."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await app(scope, receive, send)
            return
        rules = services().edge
        if asking.came_over_tls(scope, rules):
            # Where the framework redirects to, it begins with this.
            scope = {**scope, "scheme": TLS_SCHEMES[scope["type"]]}
        caller_address.set(asking.address_of(scope, rules.num_proxies))
        cors = _cors(scope, rules)
        vary = [(b"vary", b"origin")] if rules.cors_origins else []
        heard = _Heard(scope, receive)

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message.get("headers", ()), *cors, *vary]
                given = secured(given, scope["path"], is_secure=rules.is_secure)
                message["headers"] = [*given, *heard.closing(given)]
            await send(message)

        refused = _refusal(scope, rules)
        if refused is None and not cors and asking.is_foreign(scope, rules):
            refused = (403, "A page of another origin may not ask this.")
        if refused is None:
            await _pass(app, scope, heard.receive, send_secured, is_cors=bool(cors))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(send_secured, *refused)

    return edge
