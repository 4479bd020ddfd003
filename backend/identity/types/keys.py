"""API keys as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as a list shows it; `secret` is set once, by the call that made or rotated it.

    `project_id` is None for a key of the whole organisation. `previous_until` is the end of what it was before a
    rotation, None where that is past.
    """

    id: str
    name: str
    prefix: str
    last_four: str
    project_id: str | None
    made_by: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    previous_until: datetime | None = None
    secret: str = ""

    @property
    def is_wide(self) -> bool:
        """Tell a key that is good in every project of the organisation."""
        return self.project_id is None
