"""What goes by itself: what is older than a project keeps, and conversations whose undo has passed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from backend.columns import utc_now
from backend.conversations.repository.gone import GoneTraces
from backend.ports.database import OfProject
from backend.privacy.repository import Beside
from backend.privacy.service.removing import AT_ONCE, BREATH_SECONDS, RemovingUseCases
from backend.privacy.service.retention import RetentionUseCases

# A look once a minute; a retention begins once a day.
DUE = timedelta(minutes=1)


class DueUseCases(RemovingUseCases, RetentionUseCases):
    """Of the server alone: no operator asks for it."""

    async def forget_sealed(self, project_id: str) -> int:
        """Let go of the words of runs that were ended from outside, as while they waited for a person."""
        async with self._units.read(OfProject(project_id)) as session:
            ended = await Beside(session, project_id).sealed_for_ended()
        if ended:
            await self._masking.forget(project_id, ended)
        return len(ended)

    async def forget_replays(self, project_id: str) -> int:
        """Remove what was asked again while its conversation was removed: it says the words once more."""
        async with self._units.read(OfProject(project_id)) as session:
            lost = await Beside(session, project_id).lost_replays(AT_ONCE)
        if lost:
            async with self._units.write(OfProject(project_id)) as work:
                await self._remove_runs(work, project_id, lost)
        return len(lost)

    async def forget_answers(self, project_id: str) -> int:
        """Remove what an experiment was answered while the row that it asked was removed."""
        async with self._units.read(OfProject(project_id)) as session:
            late = await Beside(session, project_id).late_answers(AT_ONCE)
        if late:
            async with self._units.write(OfProject(project_id)) as work:
                await self._log.purge(work, project_id, [talk for _, talk in late if talk])
                await self._remove_runs(work, project_id, [run for run, _ in late])
        return len(late)

    async def forget_traces(self, project_id: str, now: datetime) -> None:
        """Let go of the traces that were removed so long ago that nothing of them comes any more."""
        async with self._units.read(OfProject(project_id)) as session:
            is_due = await GoneTraces(session, project_id).is_due(now)
        if is_due:
            async with self._units.write(OfProject(project_id)) as work:
                await GoneTraces(work.session, project_id).forget(now)

    async def keep_up(self) -> None:
        """Begin the retentions that are due, and remove what was deleted an hour ago."""
        await self.sweep()
        for project_id in await self._log.projects():
            await self.forget_sealed(project_id)
            await self.forget_replays(project_id)
            await self.forget_answers(project_id)
            await self.forget_traces(project_id, utc_now())
            num = 1
            while num:
                num = await self.purge_deleted(project_id, utc_now())
                await asyncio.sleep(BREATH_SECONDS)
