"""Ids that sort by the time they were made."""

from __future__ import annotations

from uuid_utils import uuid7


def new_id(prefix: str) -> str:
    """Return `prefix_` and 32 hex digits of a UUIDv7, such as `run_0197...`."""
    return f"{prefix}_{uuid7().hex}"
