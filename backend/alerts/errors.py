"""What can go wrong with an alert, in words."""

from __future__ import annotations

from backend.errors import Conflict, NotFound


class AlertNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such alert.")


class StaleAlert(Conflict):
    def __init__(self) -> None:
        super().__init__("Somebody else has changed this alert.", hint="Load it again, then make your change.")
