"""How long a way in stays open."""

from __future__ import annotations

from datetime import timedelta

LINK_LIFETIME = timedelta(minutes=15)
SESSION_IDLE = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=30)
