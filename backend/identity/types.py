"""What the rest of the house sees of people and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.identity.permissions import Role

LINK_LIFETIME = timedelta(minutes=15)
SESSION_IDLE = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in person and where they stand, for the bar and the menu."""

    user_id: str
    name: str
    role: Role
    organisation_name: str
    project_id: str
    project_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as a list shows it; `secret` is set once, by the call that made it."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    secret: str = ""
