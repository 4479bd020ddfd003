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
        # What was decided once stays: a retry asks only what had failed until then.
        self.said = {"error": error, "hint": hint} | ({"decided": decided} if decided else {})


# Somebody wished it. It is told from a pause that a provider asks for, which no resume takes back.
WISHED_PAUSE = Stop(Status.PAUSED)


def as_wished(wish: str, end: Stop) -> Stop:
    """Return the end that holds by what is wished in its last moment: a pause may be taken back, a cancel may come."""
    if wish == "cancel" and end.status in (Status.PAUSED, Status.QUEUED):
        return Stop(Status.CANCELLED)
    if wish == "pause" and end.status is Status.QUEUED:
        return WISHED_PAUSE
    return Stop(Status.QUEUED) if end is WISHED_PAUSE and not wish else end
