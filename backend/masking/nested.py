"""JSON that stands in a text: its escapes would hide a word, and a placeholder in its midst could spoil it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from backend.columns import storable

# A text in a text in a text: what lies deeper is not kept, for each level doubles what it takes to write one sign.
MAX_LEVELS = 5
BEGINNINGS = frozenset('[{"')
MAX_DIGITS = 400
NOT_KEPT = "[the rest was not kept]"


def within_json(text: str, level: int, change: Callable[[Any, int], Any]) -> str | None:
    """Return the text with what its JSON says changed, as it is where nothing was; None for what is no JSON.

    `change` takes a JSON value and the level it stands on.
    """
    if text.lstrip()[:1] not in BEGINNINGS:
        return None
    twice: list[str] = []

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twice.append(text)  # the first of them would be read by nobody, and be kept
        return made

    try:
        found = json.loads(text, object_pairs_hook=object_of, parse_int=_whole)
        if level >= MAX_LEVELS:
            return NOT_KEPT
        kept = change(found, level + 1)
        return text if kept == found and not twice else str(storable(json.dumps(kept, ensure_ascii=False)))
    except ValueError:
        return None
    except RecursionError:
        return NOT_KEPT


def _whole(digits: str) -> int | str:
    """Return a number, or its digits where Python takes none so long."""
    return int(digits) if len(digits) <= MAX_DIGITS else digits
