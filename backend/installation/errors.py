"""Why an installation does not start."""

from __future__ import annotations

from backend.errors import Conflict


class WrongSecretKey(Conflict):
    """The stored secrets were sealed with another key; nothing was overwritten."""
