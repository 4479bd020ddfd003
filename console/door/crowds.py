"""How many sockets one tab holds open: whoever opens more loses the oldest, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections import deque
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A tab has one, and during a reconnect perhaps the one that the network has not given up yet.
MOST_SOCKETS = 3
TRY_AGAIN_LATER = 1013
_open: dict[str, deque[asyncio.Event]] = {}


def token_of(scope: Scope) -> str:
    """Return the token of the tab that a socket belongs to."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]


async def within_limits(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a socket until it ends, or until its tab has opened too many others."""
    leave, token = asyncio.Event(), token_of(scope)
    crowd = _open.setdefault(token, deque())
    crowd.append(leave)
    if len(crowd) > MOST_SOCKETS:
        crowd.popleft().set()

    async def receive_or_leave() -> Message:
        hears, leaves = asyncio.ensure_future(receive()), asyncio.ensure_future(leave.wait())
        try:
            await asyncio.wait({hears, leaves}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaves.cancel()
            if not hears.done():
                hears.cancel()
        if hears.done() and not hears.cancelled() and not leave.is_set():
            return hears.result()
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
        return {"type": "websocket.disconnect", "code": TRY_AGAIN_LATER}

    try:
        await app(scope, receive_or_leave, send)
    finally:
        if leave in crowd:
            crowd.remove(leave)
        if not crowd and _open.get(token) is crowd:
            del _open[token]
