"""Ids that sort by the time they were made, and the part of an address that people read."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from uuid_utils import uuid7


def new_id(prefix: str) -> str:
    """Return `prefix_` and 32 hex digits of a UUIDv7, such as `run_0197...`."""
    return f"{prefix}_{uuid7().hex}"


def id_at(prefix: str, moment: datetime) -> str:
    """Return what ids made before a moment sort below, and those made since do not."""
    return f"{prefix}_{int(moment.timestamp() * 1000):012x}"


def slug_from(name: str, *, longest: int, otherwise: str) -> str:
    """Make of a name what people read in an address: "Ärger & Rücksendung" gives arger-rucksendung.

    `otherwise` stands where nothing is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or otherwise
