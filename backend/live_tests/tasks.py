"""What watches over live tests while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable
from backend.live_tests.service import LiveTestService

LOOK_SECONDS = 15.0
logger = logging.getLogger(__name__)


class Guard:
    """Looks at the guardrails every 15 s. The intervals allow that: they hold whenever one looks."""

    def __init__(self, live_tests: LiveTestService) -> None:
        self._live_tests = live_tests
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="live-test-guard")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                await self._live_tests.guard()
            except (DBAPIError, Unavailable):
                logger.warning("the guard of live tests missed a look", exc_info=True)
            except Exception:
                logger.exception("the guard of live tests failed in a look")
            await asyncio.sleep(LOOK_SECONDS)
