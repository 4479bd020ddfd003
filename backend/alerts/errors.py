"""What can go wrong with an alert, in words."""

from __future__ import annotations

from backend.errors import NotFound


class AlertNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such alert.")
