"""How text is compared: without case and without the two ways Unicode has to write one letter."""

from __future__ import annotations

import unicodedata

from backend.columns import storable

TITLE_CHARACTERS = 72
PREVIEW_CHARACTERS = 160


# Arabic is typed with and without its vowel signs and the stroke that stretches a word.
UNSPOKEN = dict.fromkeys((0x0640, *range(0x064B, 0x0653), 0x0670))


def folded(text: str) -> str:
    """Return what the search compares: compatibility form, case folded, runs of white space as one space."""
    if text.isascii():
        return " ".join(text.replace("\0", "").lower().split())
    return " ".join(unicodedata.normalize("NFKC", storable(text)).casefold().translate(UNSPOKEN).split())


def first_words(text: str, limit: int = TITLE_CHARACTERS) -> str:
    """Return the start of `text` on one line, cut between words where there are any, with … when cut."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    between = head.rfind(" ")
    return f"{head[: between if between > limit // 2 else limit - 1].rstrip()}…"
