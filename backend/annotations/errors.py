"""Refusals of annotation queues."""

from __future__ import annotations

from backend.errors import Conflict, NotFound


class QueueNotFound(NotFound):
    """No such queue in this project."""

    def __init__(self) -> None:
        super().__init__("This annotation queue is not there.")


class ItemNotFound(NotFound):
    """No such item in this queue."""

    def __init__(self) -> None:
        super().__init__("This item is not in the queue.")


class QueueChanged(Conflict):
    """Somebody has saved the queue since it was read."""


class QueueClosed(Conflict):
    """Nothing is put into a closed queue, and nothing of it labelled."""

    def __init__(self) -> None:
        super().__init__("This queue is closed.", hint="Somebody who edits it can open it again.")


class HeldByOther(Conflict):
    """Somebody else has the item open, is to label it, or has done so."""


class AlreadyLabelled(Conflict):
    """The person has given another label already; only an undo takes it back."""
