"""Deletion, export and retention, joined with the log and the jobs."""

from __future__ import annotations

from backend.conversations.service import ConversationService
from backend.masking.service import MaskingService
from backend.ports.database import Database
from backend.ports.jobs import Jobs
from backend.privacy.service import JOB, PrivacyService
from backend.unit_of_work import Units


def open_privacy(
    units: Units, database: Database, jobs: Jobs, *, log: ConversationService, masking: MaskingService
) -> PrivacyService:
    made = PrivacyService(units, database, jobs, log=log, masking=masking)
    log.leaving.insert(0, made.leave)  # the others take away what hangs on all that it says goes along
    jobs.register(JOB, made.execute, concurrency=1, pending=made.waiting, is_urgent=False)
    return made
