"""Knowledge over the rooms, and its jobs."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from backend.bootstrap.rooms import Rooms
from backend.knowledge import tasks
from backend.knowledge.parts import INGEST, PURGE_BASE, PURGE_DOCUMENT, OpenEmbedder, Parts
from backend.knowledge.service import KnowledgeService
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.unit_of_work import Units

UPLOADS = "uploads"
NUM_INGESTIONS = 2  # as many as files are parsed at once
NUM_PURGES = 1


def open_knowledge(
    units: Units, rooms: Rooms, events: Events, jobs: Jobs, open_embedder: OpenEmbedder
) -> KnowledgeService:
    """Make the service and register its jobs; nothing is opened yet."""
    parts = Parts(
        units=units,
        objects=rooms.objects,
        index=rooms.vectors,
        parser=rooms.parser,
        chunker=rooms.chunker,
        events=events,
        jobs=jobs,
        open_embedder=open_embedder,
    )
    for name, body, concurrency, pending in (
        (INGEST, tasks.ingest_document, NUM_INGESTIONS, tasks.documents_waiting),
        (PURGE_DOCUMENT, tasks.purge_document, NUM_PURGES, tasks.purges_waiting),
        (PURGE_BASE, tasks.purge_base, NUM_PURGES, tasks.base_purges_waiting),
    ):
        jobs.register(
            name,
            partial(body, parts),
            concurrency=concurrency,
            pending=partial(pending, parts),
            is_urgent=name == INGEST,
        )
    return KnowledgeService(parts)


def clear_uploads(folder: Path) -> None:
    """Drop what a killed process had received in part; only the serving process takes uploads."""
    shutil.rmtree(folder / UPLOADS, ignore_errors=True)
