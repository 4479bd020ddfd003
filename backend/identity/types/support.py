"""Support that an owner lets in, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.identity.permissions import Role

MIN_SUPPORT, MAX_SUPPORT = timedelta(minutes=5), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SupportGrant:
    """Somebody of support may stand in for a member, with no more than `role`, until it ends or is taken back."""

    id: str
    support_name: str
    support_email: str
    member_id: str
    member_name: str
    organisation_name: str
    role: Role
    granted_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    in_use: bool = False

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
