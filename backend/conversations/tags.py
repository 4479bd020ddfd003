"""Tags of a conversation, kept in its row so that the filters count them without another table."""

from __future__ import annotations

from collections.abc import Iterable

from backend.columns import storable
from backend.errors import InvalidInput

MAX_TAG = 40
MAX_TAGS = 20
# All of a conversation in UTF-8, 20 of 40 letters: they stand in an index, of which Postgres takes 2,704 bytes a row.
MAX_BYTES = 840
# Stands around each tag, and in none.
BETWEEN = "\n"


def tag_of(text: str) -> str:
    """Return a tag as it is kept: in small letters, one blank between its words. Raise InvalidInput."""
    tag = " ".join(storable(text).lower().split())
    if not 1 <= len(tag) <= MAX_TAG:
        raise InvalidInput(f"A tag has 1 to {MAX_TAG} characters.", fields={"tag": "too long or empty"})
    return tag


def tags_text(tags: Iterable[str]) -> str:
    """Return tags as a row keeps them, in order of the alphabet."""
    kept = sorted(set(tags))
    return f"{BETWEEN}{BETWEEN.join(kept)}{BETWEEN}" if kept else ""


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that a row keeps."""
    return tuple(text.strip(BETWEEN).split(BETWEEN)) if text else ()


def has_room(tags: Iterable[str]) -> bool:
    """Tell whether a conversation may have all of these."""
    kept = set(tags)
    return len(kept) <= MAX_TAGS and len(tags_text(kept).encode()) <= MAX_BYTES


def marked(tag: str) -> str:
    """Return what stands in a row that has the tag, and in no other."""
    return f"{BETWEEN}{tag}{BETWEEN}"
