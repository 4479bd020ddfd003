"""Texts that stand in a text in Base64, as headers, tokens and attachments carry them."""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# 16 signs hold 12 letters, the shortest address that is worth it. A word, a digest or an id of this length is looked at
# too, and does not decode to letters.
TOKEN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
STANDARD = str.maketrans("-_", "+/")
FIRST = 16
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
LATIN = re.compile(rb"[\t\n\r\x20-\x7e\xa0-\xff]+")
LEAST_ASCII = 0.75  # of the letters; what is random has a half
# Which no number and no address goes across.
BETWEEN = "\n;\n"


@dataclass(frozen=True, slots=True)
class Decoded:
    """All such texts one behind another, and where each begins there and stands in the whole."""

    text: str
    begins: Sequence[int]
    spans: Sequence[tuple[int, int]]

    def token_at(self, place: int) -> tuple[int, int]:
        """Return where the token stands whose text is at a place."""
        return self.spans[bisect_right(self.begins, place) - 1]


def decoded(text: str) -> Decoded:
    """Return what stands in a text in Base64 and is readable. Each token is read three times at most."""
    texts, begins, spans, length = list[str](), list[int](), list[tuple[int, int]](), 0
    for token in TOKEN.finditer(text):
        for start, end, said in _said(token.start(), token.group()):
            texts.append(said)
            begins.append(length)
            spans.append((start, end))
            length += len(said) + len(BETWEEN)
    return Decoded(BETWEEN.join(texts), begins, spans)


def _said(start: int, token: str) -> list[tuple[int, int, str]]:
    """Return what a token says, or each part of a path: between them stands a sign that is a digit of Base64 too."""
    if said := _readable(token):
        return [(start, start + len(token), said)]
    found, place = list[tuple[int, int, str]](), start
    for part in token.split("/") if "/" in token else ():
        if len(part) >= FIRST and (said := _readable(part)):
            found.append((place, place + len(part), said))
        place += len(part) + 1
    if not found and (said := _latin(token)):
        return [(start, start + len(token), said)]
    return found


def _readable(token: str) -> str:
    """Return what a token says in UTF-8; empty where that is no text."""
    digits = token.rstrip("=").translate(STANDARD)
    # Nearly all are told by their beginning, of which the last letter may be cut.
    if not _is_text(_bytes(digits[:FIRST]).decode(errors="replace")[:-1]):
        return ""
    try:
        said = _bytes(digits).decode()
    except UnicodeDecodeError:
        return ""
    return said if _is_text(said) else ""


def _is_text(said: str) -> bool:
    return bool(said) and not UNREADABLE.search(said)


def _latin(token: str) -> str:
    """Return a text of one byte a letter, as older programs of western Europe write it, most of it in ASCII."""
    digits = token.rstrip("=").translate(STANDARD)
    for some in (digits[:FIRST], digits):
        said = _bytes(some)
        if not LATIN.fullmatch(said) or len(said.decode("ascii", "ignore")) < LEAST_ASCII * len(said):
            return ""
    return said.decode("latin-1")


def _bytes(digits: str) -> bytes:
    whole = digits[:-1] if len(digits) % 4 == 1 else digits
    try:
        return binascii.a2b_base64(whole + "=" * (-len(whole) % 4))
    except binascii.Error:
        return b""
