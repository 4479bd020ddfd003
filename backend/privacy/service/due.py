"""What goes by itself: what is older than a project keeps, and conversations whose undo has passed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from backend.columns import utc_now
from backend.privacy.service.removing import BREATH_SECONDS, RemovingUseCases
from backend.privacy.service.retention import RetentionUseCases

# A look once a minute; a retention begins once a day.
DUE = timedelta(minutes=1)


class DueUseCases(RemovingUseCases, RetentionUseCases):
    """Of the server alone: no operator asks for it."""

    async def keep_up(self) -> None:
        """Begin the retentions that are due, and remove what was deleted an hour ago."""
        await self.sweep()
        for project_id in await self._log.projects():
            num = 1
            while num:
                num = await self.purge_deleted(project_id, utc_now())
                await asyncio.sleep(BREATH_SECONDS)
