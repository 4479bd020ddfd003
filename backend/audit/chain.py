"""How one event is tied to the one before it."""

from __future__ import annotations

import hashlib
import json

from backend.audit.models import AuditEventRow

START = ""


def link(row: AuditEventRow, previous: str) -> str:
    """Return the hash of the event's content and the hash before it."""
    content = row.model_dump(mode="json", exclude={"hash"})
    told = json.dumps([previous, content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
