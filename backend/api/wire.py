"""What happens to every request before its route: an id, and one spelling of its path."""

from __future__ import annotations

# ASGI's own types live in starlette, which only the edges may import.
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.ids import new_id
from backend.trace_ids import request_id

HEADER = b"x-request-id"


def numbered(app: ASGIApp) -> ASGIApp:
    """Give each request an id, in the logs and in the answer's X-Request-Id."""

    async def wrap(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        number = new_id("req")
        request_id.set(number)

        async def send_numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, number.encode())]
            await send(message)

        await app(scope, receive, send_numbered)

    return wrap


def without_trailing_slash(app: ASGIApp) -> ASGIApp:
    """Let `/api/flows/` mean `/api/flows`."""

    async def wrap(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith("/api/") and path.endswith("/"):
            scope = {**scope, "path": path.rstrip("/"), "raw_path": path.rstrip("/").encode()}
        await app(scope, receive, send)

    return wrap
