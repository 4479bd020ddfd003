"""Close the sockets of those who may hear nothing more, also where no event would ever ask about them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import reflex as rx

from backend.bootstrap import services
from console.door.gate import session_cookie
from console.door.outgoing import farewell, places, way_out

# 5 s are promised: a sweep, and what it finds is asked about in full at once.
EVERY_SECONDS = 2.0
LOOK_SECONDS = 0.25
logger = logging.getLogger(__name__)


def cookie_behind(app: rx.App, sid: str) -> str:
    """Return the session token that a socket was opened with."""
    assert app.sio is not None
    assert app.event_namespace is not None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace) or {}
    return session_cookie([(b"cookie", str(environ.get("HTTP_COOKIE", "")).encode("latin-1", "replace"))])


async def sweep(app: rx.App, seen: dict[str, str]) -> int:
    """Close the sockets whose session does not hold any more; return how many.

    `seen` keeps for each tab the mark with which it was last asked about in full: 200 tabs that nothing happened to
    cost one reading; asked one by one they took half a processor.
    """
    space, num_closed = app.event_namespace, 0
    assert space is not None
    assert app.sio is not None
    identity, open_now = services().identity, dict(space._token_manager.token_to_socket)
    cookies = {tab: cookie_behind(app, record.sid) for tab, record in open_now.items()}
    marks = await identity.marks({*cookies.values()}) if cookies else {}
    for tab, record in open_now.items():
        mark = marks.get(cookies[tab])
        if mark and seen.get(tab) == mark:
            continue
        if tab in seen:
            identity.forget(cookies[tab])  # something changed, perhaps in another process: ask anew
        out = await way_out(cookies[tab], tab)
        seen[tab] = mark or ""
        if out and app.sio.manager.is_connected(record.sid, space.namespace):
            await space.emit_update(farewell(out), tab)
            # The transport itself: whoever only leaves the namespace holds a socket open.
            await app.sio.eio.disconnect(app.sio.manager.eio_sid_from_sid(record.sid, space.namespace))
            places.forget(tab)  # the tab comes back under its own token, wherever it may be then
            num_closed += 1
    for tab in seen.keys() - open_now.keys():
        del seen[tab]
    return num_closed


async def _keep_sweeping(app: rx.App) -> None:
    """Sweep every 2 s, and at once when this process changed who may do what."""
    loop = asyncio.get_running_loop()
    swept_at, num_changes, seen = loop.time(), services().identity.num_changes, dict[str, str]()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = services().identity.num_changes
        if now == num_changes and loop.time() - swept_at < EVERY_SECONDS:
            continue
        num_changes = now
        try:
            await sweep(app, seen)
        except Exception:
            logger.exception("the open sockets could not be looked at")
        swept_at = loop.time()


@asynccontextmanager
async def sweeping(app: rx.App) -> AsyncIterator[None]:
    """Sweep as long as the block runs."""
    task = asyncio.create_task(_keep_sweeping(app))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
