"""An answer cut at the numbers of its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True)
class Part:
    """A piece of an answer: text, or the number of a source with the address of its passage."""

    text: str
    number: str = ""
    href: str = ""


def parts_of(text: str, addresses: Mapping[str, str]) -> list[Part]:
    """Cut a text at its markers: [2] becomes a link where there is a source 2, and stays as it is where not."""
    parts: list[Part] = []
    start = 0
    for marker in MARKER.finditer(text):
        if (number := marker[1]) not in addresses:
            continue
        if before := text[start : marker.start()].rstrip():
            parts.append(Part(f"{before} "))
        parts.append(Part("", number, addresses[number]))
        start = marker.end()
    if rest := text[start:]:
        parts.append(Part(rest))
    return parts
