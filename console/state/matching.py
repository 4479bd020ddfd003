"""What two lists of texts share, told in milliseconds whatever they hold."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, NamedTuple

MOST_PAIRS = 50_000_000  # each takes a bit of memory


class Part(NamedTuple):
    """Texts `old_from` to `old_to` of one list, and `new_from` to `new_to` of the other: the same, or in its place."""

    is_shared: bool
    old_from: int
    old_to: int
    new_from: int
    new_to: int


def parts_of(old: Sequence[str], new: Sequence[str]) -> list[Part]:
    """Return both lists in turn, shared parts and others; where they are very long, all of one for all of the other.

    difflib took seconds for some thousand texts that are often equal, minutes for some more, on the loop that serves
    everybody; whoever writes what is compared chooses that.
    """
    if len(old) * len(new) > MOST_PAIRS:
        return [Part(False, 0, len(old), 0, len(new))]
    indel: Any = importlib.import_module("rapidfuzz.distance").Indel  # 50 ms that no other page needs
    found: list[Part] = []
    for tag, *places in indel.opcodes(old, new):
        part = Part(tag == "equal", *places)
        if found and not part.is_shared and not found[-1].is_shared:
            last = found.pop()
            part = last._replace(old_to=part.old_to, new_to=part.new_to)
        found.append(part)
    return found
