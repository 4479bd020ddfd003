"""File names as people and browsers send them."""

from __future__ import annotations

import re
import unicodedata

from backend.knowledge.types import MAX_NAME

UNNAMED = "document"
# Cc: control characters, which forge lines of a log. Cf: marks that turn the reading direction and hide an ending.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def harmless(name: str) -> str:
    """Return the last part of a path as one printable line of at most MAX_NAME characters, its ending kept.

    It is shown and searched, never used as a path: objects have keys of our own making.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(letter for letter in last if unicodedata.category(letter) not in INVISIBLE)
    plain = " ".join(visible.split()).strip(". ") or UNNAMED
    if len(plain) <= MAX_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:  # noqa: PLR2004  # longer than any ending that we read
        return plain[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
