"""What the use cases of annotation queues share."""

from __future__ import annotations

from backend.annotations.models import AnnotationQueueRow
from backend.audit.types import Target
from backend.conversations.service import ConversationService
from backend.unit_of_work import Units


class Base:
    """Opened once for the process."""

    _units: Units
    _conversations: ConversationService


def target(row: AnnotationQueueRow) -> Target:
    return Target("annotation_queue", row.id, row.name)
