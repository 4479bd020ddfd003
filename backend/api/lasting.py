"""End an answer that lasts once its caller may not have it any more, whatever it answers with."""

from __future__ import annotations

import asyncio
import json
import logging

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.access import who_still_asks
from backend.api.errors import content_of, refuse
from backend.errors import DomainError, Unavailable
from backend.trace_ids import unattended

# 5 s are promised: a round, the 2 s for which another process's verdict is remembered, and the clearing up.
EVERY_SECONDS = 1.0
ENDED = "access.ended"
EVENTS = "text/event-stream"
logger = logging.getLogger(__name__)


class Lasting:
    """Ask again, each second that a call lasts, whether its caller may go on; a quick call is never asked about."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer, watch = _Answer(send), _Watch(Request(scope, receive))
        watch.begin_later()
        try:
            await self._app(scope, receive, answer.send)
        except asyncio.CancelledError:
            if watch.refusal is None:
                raise
        finally:
            watch.stop()
        if watch.refusal is not None and not answer.is_whole:
            await answer.end(watch.request, watch.refusal)


class _Watch:
    """Cancels the task that made it once its caller may not go on; before the first second it is a timer alone."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.refusal: DomainError | None = None
        self._doing = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def begin_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(EVERY_SECONDS, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while self.refusal is None:
            self.refusal = await _refusal(self.request)
            if self.refusal is None:
                await asyncio.sleep(EVERY_SECONDS)
        assert self._doing is not None
        self._doing.cancel()

    def stop(self) -> None:
        """Look no more, and let the task go on where it was this watch that cancelled it."""
        assert self._timer is not None
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        if self.refusal is not None and self._doing is not None:
            self._doing.uncancel()


async def _refusal(request: Request) -> DomainError | None:
    """Return why the caller may not go on; None while they may, and while nobody can tell."""
    before = unattended.set(True)  # a value
    try:
        await who_still_asks(request)
    except Unavailable:
        return None
    except DomainError as error:
        return error
    except Exception:
        logger.exception("whether a caller may go on could not be asked")
        return None
    finally:
        unattended.reset(before)
    return None


class _Answer:
    """What was sent of an answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._kind: str | None = None
        self.is_whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message.get("headers", ()))
            self._kind = headers.get(b"content-type", b"").decode("latin-1")
        elif message["type"] == "http.response.body":
            self.is_whole = not message.get("more_body", False)
        await self._send(message)

    async def end(self, request: Request, refusal: DomainError) -> None:
        """Refuse what was not begun; say the last word in a stream of events, and break off a file."""
        if self._kind is None:
            await (await refuse(request, refusal))(request.scope, request.receive, self._send)
        elif self._kind.startswith(EVENTS):
            word = f"event: {ENDED}\ndata: {json.dumps(content_of(refusal), ensure_ascii=False)}\n\n"
            await self._send({"type": "http.response.body", "body": word.encode(), "more_body": False})
        else:  # without its last block the server cuts the connection, so that half a file never looks like a whole one
            logger.info("an answer was broken off: %s", refusal.message)
