"""The statements on annotation queues, a file per group."""

from __future__ import annotations

from backend.annotations.repository.answers import answers_in
from backend.annotations.repository.given import Given, given_to
from backend.annotations.repository.items import DONE, OPEN, SKIPPED, Items, move_items
from backend.annotations.repository.judged import Judged, judged
from backend.annotations.repository.labellers import labellers
from backend.annotations.repository.queues import Queues

__all__ = [
    "DONE",
    "OPEN",
    "SKIPPED",
    "Given",
    "Items",
    "Judged",
    "Queues",
    "answers_in",
    "given_to",
    "judged",
    "labellers",
    "move_items",
]
