"""The part of a flow's address that people read."""

from __future__ import annotations

import re

from backend.errors import InvalidInput
from backend.ids import slug_from

MAX_SLUG = 60
_SLUG = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{MAX_SLUG - 2}}}[a-z0-9])?")
_ID = re.compile(r"flow_[0-9a-f]{32}")


def slug_of(name: str) -> str:
    """Make a slug of a name: "Ärger & Rücksendung" gives arger-rucksendung; "flow" where nothing is left."""
    return slug_from(name, longest=MAX_SLUG, otherwise="flow")


def checked_slug(slug: str) -> str:
    """Return it. Raise InvalidInput unless it can stand in an address and is no id."""
    if not _SLUG.fullmatch(slug) or _ID.fullmatch(slug):
        sentence = f"A slug has 1 to {MAX_SLUG} small letters, digits and dashes, and begins and ends without a dash."
        raise InvalidInput(sentence, fields={"slug": sentence})
    return slug
