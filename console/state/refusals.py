"""A wish that a second person refused: who, when and why, for whoever asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from console.state import formats


@dataclass(frozen=True)
class RefusalLine:
    """`lead` says what did not come of it; `own` may put it away."""

    id: str
    lead: str
    words: str
    exact: str
    own: bool


def refusal_words(by: str, at: datetime | None, reason: str, zone: tzinfo, now: datetime) -> str:
    """Return who refused and when, then the reason as it was given."""
    when = f", {formats.day(at, zone, now)}" if at else ""
    return f"{by} refused it{when}: {reason}"
