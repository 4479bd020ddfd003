"""In which order the log is listed."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """What stands first; of equals the newer one. Each but the oldest has the most of something first."""

    NEWEST = "newest"  # spoken in last
    OLDEST = "oldest"
    COST = "cost"
    TOKENS = "tokens"  # in and out
    LATENCY = "latency"  # of the mean turn; what nobody timed comes last
    TURNS = "turns"
