"""Metadata: what other systems know of a conversation, as an object of their own making."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.columns import storable
from backend.conversations.facet_types import IS, MAX_CHOSEN, MAX_NAME, MAX_VALUE, TOO_MANY
from backend.errors import InvalidInput

# In JSON: of one run, and of all runs of a conversation together, which a page shows whole.
MAX_CHARACTERS = 20_000
MAX_TOGETHER = 100_000
MAX_PERSON = 200
PERSON = ("user_id", "person", "customer_id", "customer")
# What the log is filtered by: so many names, in objects so deep.
MAX_NAMES, MAX_DEPTH = 50, 3


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


def values_in(details: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what metadata says in a word: a text for each name, `a.b` for b of the object a; a list in one text.

    Left out is what is empty or long, and a name with the sign that stands behind names in a filter.
    """
    found: dict[str, str] = {}
    for name, value in _flat(details or {}, "", MAX_DEPTH):
        if len(found) < MAX_NAMES and _fits(name, MAX_NAME) and IS not in name and _fits(value, MAX_VALUE):
            found.setdefault(name, value)
    return found


def chosen_in(metadata: Iterable[str]) -> dict[str, list[str]]:
    """Return what filters ask of each name: its values, none of them where any will do. Raise InvalidInput."""
    found: dict[str, list[str]] = {}
    for name, is_, value in (one.partition(IS) for one in metadata):
        found.setdefault(name, []).extend([value] if is_ else [])
    if len(found) > MAX_CHOSEN:
        raise InvalidInput(TOO_MANY, fields={"metadata": "too many names"})
    return found


def _flat(details: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.", depth - 1) if depth > 1 else ()
        else:
            yield f"{before}{name}", _word(value)


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(filter(None, map(_word, value))) if len(value) <= MAX_VALUE else ""
    if value is None or isinstance(value, dict) or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return json.dumps(value)


def _fits(text: str, most: int) -> bool:
    return 0 < len(text) <= most and not any(ord(one) < ord(" ") for one in text)
