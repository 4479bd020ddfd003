"""What is done again and again while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable

logger = logging.getLogger(__name__)


class Periodic:
    """Does something again after each pause. A turn that fails is told to the log, and the next one comes.

    `act` returns when the next is due, None for the usual time.
    """

    def __init__(self, name: str, pause: timedelta, act: Callable[[], Awaitable[timedelta | None]]) -> None:
        self._name, self._pause, self._act = name, pause, act
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name=self._name)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            pause = self._pause
            try:
                pause = await self._act() or pause
            except (DBAPIError, Unavailable):
                logger.warning("%s missed a turn", self._name, exc_info=True)
            except Exception:
                logger.exception("%s failed in a turn", self._name)
            await asyncio.sleep(pause.total_seconds())
