"""What watches over approvals while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable
from backend.flows.service.approvals import ApprovalService

LOOK_SECONDS = 2.0
logger = logging.getLogger(__name__)


class TimeLimits:
    """Ends what nobody decided in time. Every process looks, and the first to lock a row ends it."""

    def __init__(self, approvals: ApprovalService) -> None:
        self._approvals = approvals
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="approval-limits")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                await self._approvals.end_overdue()
            except (DBAPIError, Unavailable):
                logger.warning("the watch over time limits missed a look", exc_info=True)
            except Exception:
                logger.exception("the watch over time limits failed in a look")
            await asyncio.sleep(LOOK_SECONDS)
