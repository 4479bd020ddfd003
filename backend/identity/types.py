"""What the rest of the house sees of people and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.operator import Permission

LINK_LIFETIME = timedelta(minutes=15)
SESSION_IDLE = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=30)


class Role(StrEnum):
    """Each role may do all that the next one may."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


_READ = frozenset(
    {
        Permission.PROJECT_READ,
        Permission.FLOWS_READ,
        Permission.KNOWLEDGE_READ,
        Permission.MODELS_READ,
        Permission.CONVERSATIONS_READ,
    }
)
_REVIEW = _READ | {Permission.CONVERSATIONS_REPLY}
_EDIT = _REVIEW | {
    Permission.FLOWS_EDIT,
    Permission.FLOWS_PUBLISH,
    Permission.FLOWS_RUN,
    Permission.KNOWLEDGE_EDIT,
}
_ADMIN = _EDIT | {Permission.MODELS_EDIT, Permission.KEYS_MANAGE, Permission.PROJECT_MANAGE}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    Role.REVIEWER: _REVIEW,
    Role.EDITOR: _EDIT,
    Role.ADMIN: _ADMIN,
    Role.OWNER: frozenset(Permission),
}


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
