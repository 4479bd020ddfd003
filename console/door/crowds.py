"""How many sockets a tab, a session and a person hold open.

A tab that opens more loses its oldest: it was cut off and came back. A session or a person that opens more is turned
away, or their tabs would throw each other out without end.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.operator import Operator

# A tab has one, and during a reconnect perhaps the one that the network has not given up yet.
MOST_SOCKETS = 3
MOST_OF_SESSION, MOST_OF_PERSON = 60, 120
TRY_AGAIN_LATER = 1013
# A page that finds its socket refused loads itself anew after three looks, 2 s apart: it reads why then.
SAY_WHY_SECONDS = 15.0
CLOSE_OTHERS = "Close the tabs that you do not need, then load this page again."
_open: dict[str, deque[asyncio.Event]] = {}
_num_open = Counter[str]()
_turned_away: dict[str, float] = {}


def token_of(scope: Scope) -> str:
    """Return the token of the tab that a socket belongs to."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]


def is_too_many(operator: Operator) -> str:
    """Return why this session or person opens no further socket, empty while they may."""
    if _num_open[operator.session_id] >= MOST_OF_SESSION:
        return f"This browser has {MOST_OF_SESSION} tabs of Signalbox open, which is the limit."
    if _num_open[_person(operator)] >= MOST_OF_PERSON:
        return f"You have {MOST_OF_PERSON} tabs of Signalbox open in all your browsers, which is the limit."
    return ""


def why_turned_away(operator: Operator) -> str:
    """Return why a socket of this session was turned away a moment ago, for the page that asks instead."""
    if time.monotonic() - _turned_away.get(operator.session_id, -SAY_WHY_SECONDS) < SAY_WHY_SECONDS:
        return is_too_many(operator)
    return ""


async def within_limits(app: ASGIApp, scope: Scope, receive: Receive, send: Send, operator: Operator) -> None:
    """Serve a socket until it ends, or until its tab has opened too many others."""
    if why := is_too_many(operator):
        now = time.monotonic()
        for session_id in [one for one, at in _turned_away.items() if now - at > SAY_WHY_SECONDS]:
            del _turned_away[session_id]
        _turned_away[operator.session_id] = now
        # Accepted first: a browser tells nobody why a handshake failed.
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": why})
        return
    with _counted(operator.session_id, _person(operator)):
        await _within_a_tab(app, scope, receive, send)


def _person(operator: Operator) -> str:
    return operator.support_id or operator.user_id


@contextmanager
def _counted(*names: str) -> Iterator[None]:
    for name in names:
        _num_open[name] += 1
    try:
        yield
    finally:
        for name in names:
            _num_open[name] -= 1
            if not _num_open[name]:
                del _num_open[name]


async def _within_a_tab(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
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
