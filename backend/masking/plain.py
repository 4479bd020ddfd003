"""A text as it looks to a reader: without signs that nobody sees, digits as 0 to 9, what is coded as it is read."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff"
)
SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
DASHES = "\u2010-\u2015\u2212\ufe58\ufe63"
DOTS = "\u2024\u3002\uff61\ufe52"
IS_INVISIBLE, IS_SPACE, IS_DASH, IS_DOT = (re.compile(f"[{signs}]") for signs in (INVISIBLE, SPACES, DASHES, DOTS))
# What is written otherwise than it is looked for; a text without any, as nearly all are, is taken as it is. Each sign
# that a text has is looked at once, not each place of it.
TWISTED = re.compile(f"[{INVISIBLE}{SPACES}{DASHES}{DOTS}\uff01-\uff5e\ufe6b]|(?![0-9])\\d")
WIDE = 0xFEE0
# Signs between groups, @ and + as addresses of the web and pages write them: blank, tab, break, +, -, ., / and @.
CODED = re.compile(
    r"%(?:09|0[AaDd]|2[0BbDdEeFf]|40)"
    r"|&(?:#0*(?:9|10|13|32|4[3567]|64|160)|#[xX]0*(?:9|[aAdD]|2[0bBdDeEfF]|40|[aA]0)|commat|nbsp|plus|period|sol|hyphen);"
)


def plain(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the text and the place of each of its signs in what was given, None where they are the same."""
    if ("%" in text or "&" in text) and CODED.search(text):
        read, first = _read(text)
        shown, then = _untwisted(read)
        return shown, first if then is None else [first[place] for place in then]
    return _untwisted(text)


def _read(text: str) -> tuple[str, list[int]]:
    """Return the text with each coded sign as itself, and the place of each sign, that of the end behind them."""
    pieces, places, done = list[str](), list[int](), 0
    for coded in CODED.finditer(text):
        start, end = coded.span()
        pieces += text[done:start], _sign(text[start:end])
        places += range(done, start + 1)
        done = end
    return "".join((*pieces, text[done:])), [*places, *range(done, len(text) + 1)]


@lru_cache(1_000)
def _sign(coded: str) -> str:
    return html.unescape(coded) if coded[0] == "&" else unquote(coded)


def _untwisted(text: str) -> tuple[str, Sequence[int] | None]:
    if text.isascii() or not (twisted := {ord(sign): _seen(sign) for sign in set(text) if TWISTED.match(sign)}):
        return text, None
    shown = text.translate(twisted)
    if len(shown) == len(text):
        return shown, None
    places = [place for place, sign in enumerate(text) if twisted.get(ord(sign), sign)]
    return shown, [*places, len(text)]


def _seen(sign: str) -> str:
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - WIDE)
    for pattern, seen in ((IS_INVISIBLE, ""), (IS_SPACE, " "), (IS_DASH, "-"), (IS_DOT, ".")):
        if pattern.match(sign):
            return seen
    if sign == "\ufe6b":
        return "@"
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)
