"""What an attempt writes about itself, and how it learns that it is no longer the one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from backend.knowledge.errors import AttemptLost
from backend.knowledge.models import DocumentRow
from backend.knowledge.repository import DocumentWork
from backend.knowledge.repository.documents import document_of
from backend.knowledge.types import Document, DocumentStatus, Stage, document_topic, documents_topic
from backend.ports.database import OfProject
from backend.ports.events import Events
from backend.unit_of_work import Units, Work

BETWEEN_WRITES_SECONDS = 0.2
BETWEEN_LOOKS_SECONDS = 0.3
PULSE_SECONDS = 60.0
Also = Callable[[Work, Events, DocumentRow], Awaitable[Any]]


async def tell(events: Events, project_id: str, document: Document, *, deleted: bool = False) -> None:
    """Publish where a document stands, to those who watch it and to those who watch the project."""
    event = {
        "id": document.id,
        "knowledge_base_id": document.knowledge_base_id,
        "status": document.status.value,
        "stage": document.stage.value,
        "percent": document.percent,
        "progress": document.progress,
        "num_chunks": document.num_chunks,
        "error": document.error,
        "deleted": deleted,
    }
    await events.publish(document_topic(document.id), event)
    await events.publish(documents_topic(project_id), event)


class Ledger:
    """The row of one attempt. Every write raises AttemptLost once the attempt is not the current one."""

    def __init__(self, units: Units, events: Events, row: DocumentRow) -> None:
        self._units = units
        self._events = events
        self._document_id = row.id
        self._project_id = row.project_id
        self._tenant = OfProject(row.project_id)
        self._attempt = row.attempt
        self._stage = Stage(row.stage)
        self._written_at = time.monotonic()
        self._is_ending = False

    async def write(self, work: Work, **values: Any) -> DocumentRow:
        """Set columns within a unit of work, and tell of it once it stands."""
        row = await DocumentWork(work.session).write(self._document_id, self._attempt, **values)
        document = document_of(row)
        self._stage, self._written_at = document.stage, time.monotonic()
        work.after_commit(lambda: tell(self._events, self._project_id, document))
        return row

    async def advance(self, stage: Stage, percent: int = 0, **values: Any) -> None:
        """Note how far a stage is; skip the note when the last one is younger than 0.2 s and says the same stage."""
        young = time.monotonic() - self._written_at < BETWEEN_WRITES_SECONDS
        if stage is self._stage and young and not values:
            return
        async with self._units.write(self._tenant) as work:
            await self.write(work, stage=stage, percent=percent, **values)

    async def end(self, status: DocumentStatus, *, also: Also | None = None, **values: Any) -> None:
        """End the attempt; what is to be done `also` stands or falls with it."""
        self._is_ending = True
        async with self._units.write(self._tenant) as work:
            row = await self.write(work, status=status, **values)
            if also:
                await also(work, self._events, row)

    async def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work while the attempt is the current one; end it within a second when it is not."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=BETWEEN_LOOKS_SECONDS))[0]:
                try:
                    await self._look()
                except AttemptLost:
                    if not self._is_ending:  # a row that we are just ending looks like one that is lost
                        raise
            task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _look(self) -> None:
        """Raise AttemptLost when overtaken; stir the row from time to time, so that nobody takes it for dead."""
        if time.monotonic() - self._written_at > PULSE_SECONDS:
            async with self._units.write(self._tenant) as work:
                await self.write(work)
            return
        async with self._units.read(self._tenant) as session:
            if not await DocumentWork(session).is_current(self._document_id, self._attempt):
                raise AttemptLost
