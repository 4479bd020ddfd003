"""A child that is started when first needed, and again after it died.

Qdrant Edge holds Python's global lock in every call (building a graph over 20,000 points froze every thread for 5 to
7 s), and its folder can be opened only once. So whatever computes for long lives in a child process; a call costs
0.2 to 0.3 ms, and the loop of the web process lags 3 to 6 ms at most where it stood for seconds.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TypeVar

import msgspec

from backend.engines.room.link import Link, RoomDied
from backend.errors import InvalidInput, Unavailable

Result = TypeVar("Result")
MAX_IN_FLIGHT = 32
NUM_TRIES = 2
logger = logging.getLogger(__name__)


class Room:
    """`title` is what a person reads when the child does not answer, such as "The search index"."""

    def __init__(self, title: str, worker: str, folder: Path, log: Path, *, patience_seconds: float = 120) -> None:
        self._title, self._worker, self._folder, self._log = title, worker, folder, log
        self._patience_seconds = patience_seconds
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._start: asyncio.Task[Link] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Return the child's process id; None where none runs."""
        return self._start.result().process.pid if self._start and _lives(self._start) else None

    async def call(self, order: msgspec.Struct, result: type[Result]) -> Result:
        """Ask the child, waiting for a free slot first; ask again when it died, so orders must be idempotent.

        Raise InvalidInput where the worker refused, Unavailable where the child failed, hung, or died twice.
        """
        packed = msgspec.msgpack.encode(order)
        async with self._slots:
            for _ in range(NUM_TRIES):
                try:
                    return await self._ask(packed, result)
                except RoomDied as death:
                    logger.warning("%s: %s", self._title, death)
            raise Unavailable(f"{self._title} stopped twice over one request.", hint="The engine log says why.")

    async def close(self) -> None:
        """End the child after it flushed; later calls are refused."""
        self._closed = True
        if self._start:
            await (await self._start).close()

    async def _ask(self, packed: bytes, result: type[Result]) -> Result:
        link = await self._living_link()
        try:
            async with asyncio.timeout(self._patience_seconds):
                answer = await link.ask(packed)
        except TimeoutError:
            link.kill()
            raise Unavailable(f"{self._title} did not answer and was started again.") from None
        if answer.refusal:
            raise InvalidInput(answer.refusal)
        if answer.fault:
            raise Unavailable(f"{self._title} failed ({answer.fault}).", hint="The engine log says why.")
        return msgspec.msgpack.decode(answer.result, type=result)

    async def _living_link(self) -> Link:
        if self._closed:
            raise Unavailable(f"{self._title} is closed.")
        if self._start is None or (self._start.done() and not _lives(self._start)):
            self._start = asyncio.create_task(self._open())
        # Shielded: a caller that is cancelled while the child starts must not leave a child that nobody owns.
        return await asyncio.shield(self._start)

    async def _open(self) -> Link:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        link = await Link.open(self._worker, self._folder, self._log)
        logger.info("%s started as process %s", self._title, link.process.pid)
        return link


def _lives(start: asyncio.Task[Link]) -> bool:
    return start.done() and not start.cancelled() and start.exception() is None and start.result().alive
