"""Who belongs to an organisation, who is asked to, and what groups give."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.identity.permissions import Role

INVITATION_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Member:
    """`project_roles` has the projects (by id) where the role is another. `from_rule`: a group gave the role."""

    user_id: str
    name: str
    email: str
    role: Role
    project_roles: dict[str, Role] = field(default_factory=dict)
    last_seen_at: datetime | None = None
    from_rule: bool = False
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way into an organisation, for one address, once. `token` is set once, by the call that made it."""

    id: str
    email: str
    role: Role
    organisation_id: str
    organisation_name: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    token: str = ""
    mailed: bool = False

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Whoever is in `group` gets `role` at sign-in; `num_members` have their role from it."""

    id: str
    group: str
    role: Role
    num_members: int
