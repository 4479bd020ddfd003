"""Names of copies."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count


def copy_name(name: str, taken: Collection[str], longest: int, word: str = "copy") -> str:
    """Return "A, copy", or "A, copy 2" where that is taken; of a copy the same. The old name is cut to `longest`."""
    base = copied_from(name, word)
    for number in count(1):
        end = f", {word}" if number == 1 else f", {word} {number}"
        if (made := f"{base[: longest - len(end)].rstrip()}{end}") not in taken:
            return made
    raise AssertionError("numbers have no end")


def copied_from(name: str, word: str = "copy") -> str:
    """Return the name without what `copy_name` put behind it."""
    return re.sub(rf"(, {word}( \d+)?)+$", "", name)
