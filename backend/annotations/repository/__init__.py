"""The statements on annotation queues, a file per group."""

from __future__ import annotations

from backend.annotations.repository.answers import answers_in, targets_of
from backend.annotations.repository.given import Given, given_to
from backend.annotations.repository.items import DONE, OPEN, SKIPPED, Items, move_items
from backend.annotations.repository.judged import Heard, Judged, heard_in_log, judged
from backend.annotations.repository.labellers import labellers
from backend.annotations.repository.queues import Queues

__all__ = [
    "DONE",
    "OPEN",
    "SKIPPED",
    "Given",
    "Heard",
    "Items",
    "Judged",
    "Queues",
    "answers_in",
    "given_to",
    "heard_in_log",
    "judged",
    "labellers",
    "move_items",
    "targets_of",
]
