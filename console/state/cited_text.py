"""An answer cut at the numbers of its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MARKER = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")

# A browser lays a line of five million out for twelve seconds, and answers nobody meanwhile.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class Part:
    """A piece of an answer: text, or the number of a source with the address of its passage.

    `astray` is a number that no source of the answer has. `left` says what of a long text is not drawn.
    """

    text: str
    number: str = ""
    href: str = ""
    astray: bool = False
    left: str = ""


def parts_of(text: str, addresses: Mapping[str, str]) -> list[Part]:
    """Cut a text at its markers: [2] and [1, 2] become links to their sources.

    A number without a source is marked where the answer has others, and stays as it is where it has none or where it
    follows a word, as the place in a list of a program does.
    """
    parts: list[Part] = []
    start, num_left = 0, len(text) - MAX_CHARACTERS
    text = text[:MAX_CHARACTERS]
    for marker in MARKER.finditer(text):
        numbers = re.findall(r"\d+", marker[1])
        known = [number for number in numbers if number in addresses]
        is_place = marker.start() > 0 and text[marker.start() - 1].isalnum()
        if not known and (is_place or not addresses or "0" in numbers):
            continue
        if before := text[start : marker.start()].rstrip():
            parts.append(Part(f"{before} "))
        parts += [Part("", one, addresses.get(one, ""), astray=one not in addresses) for one in numbers]
        start = marker.end()
    if rest := text[start:]:
        parts.append(Part(rest))
    if num_left > 0:
        parts.append(Part("", left=f" … {num_left:,} more characters; the REST API has them all."))
    return parts
