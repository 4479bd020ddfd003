"""What goes on beside the runs while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable
from backend.flows.service.approvals import ApprovalService
from backend.flows.service.run_log import AT_ONCE, RunLog

LOOK_SECONDS = 2.0
# After a batch of runs the log rests for as long as it wrote; after one of experiments for thirty times as long: it
# takes a thirtieth of what their cells need.
SHARE_OF_RUNS = 1.0
SHARE_OF_CELLS = 30.0
logger = logging.getLogger(__name__)


class _Rounds:
    """Looks again and again, whatever one look meets."""

    def __init__(self, name: str, look: Callable[[], Awaitable[float]]) -> None:
        """`look` returns the seconds until the next one."""
        self._name, self._look = name, look
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
            pause = LOOK_SECONDS
            try:
                pause = await self._look()
            except (DBAPIError, Unavailable):
                logger.warning("%s missed a look", self._name, exc_info=True)
            except Exception:
                logger.exception("%s failed in a look", self._name)
            await asyncio.sleep(pause)


class TimeLimits(_Rounds):
    """Ends what nobody decided in time. Every process looks, and the first to lock a row ends it."""

    def __init__(self, approvals: ApprovalService) -> None:
        async def look() -> float:
            await approvals.end_overdue()
            return LOOK_SECONDS

        super().__init__("approval-limits", look)


class RunLogWriter(_Rounds):
    """Writes runs that were no chat into the log, behind them."""

    def __init__(self, log: RunLog) -> None:
        async def look() -> float:
            began = time.perf_counter()
            if await log.write() == AT_ONCE:
                return SHARE_OF_RUNS * (time.perf_counter() - began)
            began = time.perf_counter()
            if await log.write(experiments=True) == AT_ONCE:
                return SHARE_OF_CELLS * (time.perf_counter() - began)
            return LOOK_SECONDS

        super().__init__("run-log", look)
