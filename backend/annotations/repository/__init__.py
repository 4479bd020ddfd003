"""The statements on annotation queues, a file per group."""

from __future__ import annotations

from backend.annotations.repository.items import DONE, OPEN, SKIPPED, Items, move_items
from backend.annotations.repository.judged import Judged, judged
from backend.annotations.repository.queues import Queues

__all__ = ["DONE", "OPEN", "SKIPPED", "Items", "Judged", "Queues", "judged", "move_items"]
