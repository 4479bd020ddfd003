"""How much of a request's body is read into memory."""

from __future__ import annotations

from fastapi import HTTPException, Request
from starlette.types import Message

# The largest flow that the canvas draws well, 2,000 nodes, has 1 MB.
MAX_BODY_BYTES = 10 * 1024 * 1024
TOO_LARGE = f"The body of a request has at most {MAX_BODY_BYTES // (1024 * 1024)} MB."


def bounded(request: Request) -> Request:
    """Return the request with a body that raises 413 once it is longer than MAX_BODY_BYTES."""
    num_bytes = 0

    async def receive() -> Message:
        nonlocal num_bytes
        message = await request.receive()
        num_bytes += len(message.get("body", b""))
        if num_bytes > MAX_BODY_BYTES:
            # The framework lets only its own errors out of the reading of a body.
            raise HTTPException(413, TOO_LARGE)
        return message

    return Request(request.scope, receive)
