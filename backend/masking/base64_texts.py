"""Texts that stand in a text in Base64, as headers, tokens and attachments carry them."""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# 16 signs hold 12 letters, the shortest address that is worth it. A word, a digest or an id of this length is looked at
# too, and does not decode to letters.
TOKEN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
STANDARD = str.maketrans("-_", "+/")
FIRST = 16
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
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
    """Return what stands in a text in Base64 and is readable. Each token is read twice at most."""
    texts, begins, spans, length = list[str](), list[int](), list[tuple[int, int]](), 0
    for start, end in _tokens(text):
        if readable := _readable(text[start:end]):
            texts.append(readable)
            begins.append(length)
            spans.append((start, end))
            length += len(readable) + len(BETWEEN)
    return Decoded(BETWEEN.join(texts), begins, spans)


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    for token in TOKEN.finditer(text):
        start, end = token.span()
        if _readable(text[start : start + FIRST]):
            yield start, end
        else:  # a path has its parts between signs that are digits of Base64 too
            place = start
            for part in token.group().split("/"):
                if len(part) >= FIRST:
                    yield place, place + len(part)
                place += len(part) + 1


def _readable(token: str) -> str:
    """Return what a token says; empty where that is no text."""
    digits = token.rstrip("=").translate(STANDARD)
    # Nearly all are told by their beginning, of which the last letter may be cut.
    head = _read(digits[:FIRST], "replace")[:-1]
    if not head or UNREADABLE.search(head):
        return ""
    said = _read(digits, "strict")
    return "" if UNREADABLE.search(said) else said


def _read(digits: str, errors: str) -> str:
    whole = digits[:-1] if len(digits) % 4 == 1 else digits
    try:
        return binascii.a2b_base64(whole + "=" * (-len(whole) % 4)).decode(errors=errors)
    except (binascii.Error, UnicodeDecodeError):
        return ""
