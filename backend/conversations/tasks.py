"""What keeps the index of words up with the log while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from sqlalchemy.exc import DBAPIError

from backend.conversations.service import ConversationService
from backend.errors import Unavailable

# What is newer is found too, by reading through it.
LOOK_SECONDS = 2.0
# Between two batches others write.
BREATH_SECONDS = 0.02
logger = logging.getLogger(__name__)


class Indexer:
    """Indexes what waits, a few conversations in each unit of work."""

    def __init__(self, conversations: ConversationService) -> None:
        self._conversations = conversations
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._forever(), name="conversation-indexer")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        while True:
            try:
                await self._catch_up()
            except (DBAPIError, Unavailable):
                logger.warning("the index of words missed a look", exc_info=True)
            except Exception:
                logger.exception("the index of words failed in a look")
            await asyncio.sleep(LOOK_SECONDS)

    async def _catch_up(self) -> None:
        for project_id in await self._conversations.projects():
            num_indexed = 1
            while num_indexed:
                num_indexed = await self._conversations.index(project_id)
                await asyncio.sleep(BREATH_SECONDS if num_indexed else 0)
