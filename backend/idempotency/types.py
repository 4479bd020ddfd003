"""What is remembered of an answered request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

KEPT = timedelta(hours=24)
# A request that has not ended after this was cut by a crash: the next one with its key takes its place.
ABANDONED = timedelta(minutes=10)
MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to replay: its status, its JSON text, and of an upload the digest of its bytes."""

    status: int
    body: str
    digest: str = ""
