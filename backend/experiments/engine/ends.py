"""How an attempt at an experiment ends before its cells do."""

from __future__ import annotations

from datetime import datetime

from backend.experiments.types import Status


class Stop(Exception):  # a fact, not an error
    """The state that the experiment gets, why, and when it goes on by itself (None for never)."""

    def __init__(
        self, status: Status, *, error: str = "", hint: str = "", decided: str = "", resumes_at: datetime | None = None
    ) -> None:
        super().__init__(error)
        self.status, self.resumes_at = status, resumes_at
        self.said = {"error": error, "hint": hint, "decided": decided}
