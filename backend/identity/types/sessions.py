"""How long a way in stays open, and what one's sessions look like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_LIFETIME = timedelta(minutes=15)
# What a link of the terminal opened has no password to come back with: it lasts, idle or not.
BY_LINK = "link"
BY_PASSWORD = "password"  # noqa: S105  # a way in, not a password


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """A session ends `idle` after its last use and `lifetime` after its start, whichever comes first."""

    idle: timedelta = timedelta(minutes=30)
    lifetime: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Way:
    """How and when somebody came in: `kind` is a link, a password or the id of a provider.

    `tenant` is Entra's, `groups` are those that the provider named.
    """

    kind: str
    at: datetime
    tenant: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """A new session: its token, for the cookie, and how long it can last."""

    token: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """One of a person's own sessions."""

    id: str
    signed_in_with: str
    address: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool
