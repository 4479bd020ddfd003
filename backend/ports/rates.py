"""How often something may be done: failed sign-ins of an address, calls of a key, events of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` times within any span of `seconds`."""

    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left. `wait_seconds` is how long until one more is allowed, 0 where it is now."""

    allowed: bool
    limit: int
    remaining: int
    wait_seconds: float


class Rates(Protocol):
    """Count by `key`, such as "failed:203.0.113.9". One key is always asked with the same rate."""

    async def take(self, key: str, rate: Rate) -> Allowance:
        """Count one if the rate allows it; what is refused is not counted."""
        ...

    async def look(self, key: str, rate: Rate) -> Allowance:
        """Tell what `take` would answer, and count nothing."""
        ...

    async def forget(self, key: str) -> None:
        """Count from nothing again."""
        ...
