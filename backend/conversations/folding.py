"""How text is compared: without case, without accents, and without the two ways Unicode has to write one letter."""

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
# What stands on letters of Europe and Vietnam. The signs of Thai, Hindi or Japanese make the word, and stay.
MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
# Letters with a stroke, which Unicode does not take apart. One for one: no word changes its length.
STROKES = str.maketrans("øłđħŧı", "oldhti")


def folded(text: str) -> str:
    """Return what the search compares: compatibility form, case folded, without accents, white space as one space.

    What was folded before stays as it is.
    """
    if text.isascii():
        return " ".join(text.replace("\0", "").lower().split())
    apart = unicodedata.normalize("NFKD", storable(text)).casefold()
    plain = UNSPOKEN.sub("", MARKS.sub("", apart)).translate(STROKES)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def searched(text: str, error: str) -> str:
    """Return what a message is found by: its words, and why it failed."""
    return folded(f"{text} {error}")


def first_words(text: str, limit: int = TITLE_CHARACTERS) -> str:
    """Return the start of `text` on one line, cut between words where there are any, with … when cut."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text[:READ_CHARACTERS]).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    between = head.rfind(" ")
    return f"{head[: between if between > limit // 2 else limit - 1].rstrip()}…"
