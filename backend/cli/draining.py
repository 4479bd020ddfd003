"""Let what is under way end before the server does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
PATIENCE_SECONDS = 10
SOCKET_SECONDS = 2
GOING_AWAY = 1001  # RFC 6455, 7.4.1
BODY = b'{"detail": "Signalbox is stopping. Try again in a moment."}'
logger = logging.getLogger(__name__)


class Drain:
    """Count the requests under way, and refuse new ones once stopping: a caller who waits for a run gets its answer.

    Sockets are closed behind them, while the server can still send: an application that is cancelled afterwards
    waits for ever to say goodbye through it.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._num_open = 0
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._sockets: set[asyncio.Task[Any]] = set()
        self._closing = asyncio.Event()
        self.failure: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            except BaseException as error:
                # granian only says that starting failed; this is why.
                self.failure = error
                raise
            return
        if scope["type"] == "websocket":
            await self._hold(scope, receive, send)
            return
        if self._stopping:
            headers = [(b"content-type", b"application/json"), (b"retry-after", b"5"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": BODY})
            return
        self._num_open += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._num_open -= 1
            if not self._num_open:
                self._idle.set()

    async def finish(self, others: Sequence[Callable[[], Awaitable[None]]]) -> None:
        """Refuse new requests, wait for those under way and for `others`, 10 s together, then close the sockets."""
        self._stopping = True
        await finish_within([self._idle.wait(), *(other() for other in others)])
        self._closing.set()
        if self._sockets:
            await asyncio.wait(self._sockets, timeout=SOCKET_SECONDS)

    async def _hold(self, scope: Scope, receive: Any, send: Any) -> None:
        """Carry a socket; once closing, tell the application that the other end has left."""
        if self._stopping:
            await send({"type": "websocket.close", "code": GOING_AWAY})
            return
        task = asyncio.current_task()
        assert task is not None
        self._sockets.add(task)
        closing = asyncio.create_task(self._closing.wait())

        async def heard() -> MutableMapping[str, Any]:
            coming = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({coming, closing}, return_when=asyncio.FIRST_COMPLETED)
                return coming.result() if coming.done() else {"type": "websocket.disconnect", "code": GOING_AWAY}
            finally:
                coming.cancel()

        try:
            await self._app(scope, heard, send)
        finally:
            closing.cancel()
            self._sockets.discard(task)


async def finish_within(work: Sequence[Awaitable[object]], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for all of `work`, cancel what is late, and log what failed."""
    waiting = [asyncio.ensure_future(one) for one in work]
    if not waiting:
        return
    done, late = await asyncio.wait(waiting, timeout=seconds)
    for task in late:
        task.cancel()
    for task in done:
        if error := task.exception():
            logger.error("work could not be ended in order", exc_info=error)
    await asyncio.gather(*late, return_exceptions=True)
