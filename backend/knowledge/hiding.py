"""How a document leaves: hidden at once, restorable until its purge, its running attempt cut off."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.columns import utc_now
from backend.knowledge.models import DocumentRow
from backend.knowledge.progress import tell
from backend.knowledge.repository import Documents
from backend.knowledge.repository.documents import document_of
from backend.knowledge.types import PURGED_AFTER, DocumentStatus, Stage
from backend.ports.events import Events
from backend.unit_of_work import Work

NO_TIME = timedelta(0)


def hide(work: Work, events: Events, row: DocumentRow, now: datetime, window: timedelta = NO_TIME) -> None:
    """Take a document out of sight within a unit of work; it can be brought back for so long as `window`."""
    row.deleted_at, row.purge_after = now, now + window
    if DocumentStatus(row.status).in_work:
        row.status, row.stage, row.percent = DocumentStatus.QUEUED, Stage.PARSE, 0
    row.attempt += 1
    work.session.add(row)
    gone = document_of(row)
    work.after_commit(lambda: tell(events, row.project_id, gone, deleted=True))


async def take_place(work: Work, events: Events, row: DocumentRow) -> list[str]:
    """Hide what a document that is ready replaces, and return the ids.

    It stands in the unit that makes the document ready: whatever ends us, one of them answers, and never both.
    """
    if not row.replaces_before:
        return []
    older, now = await Documents(work.session, row.project_id).replaced_by(row), utc_now()
    for one in older:
        hide(work, events, one, now, PURGED_AFTER)
    row.replaces_before = ""
    work.session.add(row)
    return [one.id for one in older]
