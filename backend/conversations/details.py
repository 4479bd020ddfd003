"""Metadata: what other systems know of a conversation, as an object of their own making."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.columns import storable
from backend.errors import InvalidInput

# In JSON: of one run, and of all runs of a conversation together, which a page shows whole.
MAX_CHARACTERS = 20_000
MAX_TOGETHER = 100_000
MAX_PERSON = 200
PERSON = ("user_id", "person", "customer_id", "customer")


def plain_name(name: str) -> str:
    """Return a name as those are written that are known: "User-ID " is user_id."""
    return "_".join(name.strip().lower().replace("-", " ").split())


def person_in(details: Mapping[str, Any] | None) -> str:
    """Return whom metadata names, under the names that a column of a file may have; nothing where nobody is named."""
    told = {plain_name(name): value for name, value in (details or {}).items()}
    for name in PERSON:
        value = told.get(name)
        words = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if 0 < len(words) <= MAX_PERSON:
            return words
    return ""


def checked(details: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the metadata of a run as it can be stored. Raise InvalidInput."""
    if not details:
        return None
    refuse_long(details, MAX_CHARACTERS, "The metadata of a run has")
    kept: dict[str, Any] = storable(dict(details))
    return kept


def refuse_long(details: Mapping[str, Any], most: int, whose: str) -> None:
    if len(json.dumps(details, ensure_ascii=False, default=str)) > most:
        raise InvalidInput(f"{whose} at most {most:,} characters.", fields={"metadata": "too long"})
