"""What can go wrong with a live test, in words."""

from __future__ import annotations

from backend.errors import NotFound


class LiveTestNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such live test.")
