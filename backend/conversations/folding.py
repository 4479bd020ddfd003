"""How text is compared: without case and without the two ways Unicode has to write one letter."""

from __future__ import annotations

import re
import unicodedata

from backend.columns import storable

TITLE_CHARACTERS = 72
PREVIEW_CHARACTERS = 160
# First words stand near the beginning: to read on would hold everybody up for a second over a megabyte.
READ_CHARACTERS = 4_000

# Arabic is typed with and without its vowel signs and the stroke that stretches a word.
UNSPOKEN = re.compile("[\u0640\u064b-\u0652\u0670]")


def folded(text: str) -> str:
    """Return what the search compares: compatibility form, case folded, runs of white space as one space."""
    if text.isascii():
        return " ".join(text.replace("\0", "").lower().split())
    return " ".join(UNSPOKEN.sub("", unicodedata.normalize("NFKC", storable(text)).casefold()).split())


def first_words(text: str, limit: int = TITLE_CHARACTERS) -> str:
    """Return the start of `text` on one line, cut between words where there are any, with … when cut."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text[:READ_CHARACTERS]).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    between = head.rfind(" ")
    return f"{head[: between if between > limit // 2 else limit - 1].rstrip()}…"
