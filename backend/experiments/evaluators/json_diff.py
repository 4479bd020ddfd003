"""Where two JSON values differ, always in the same words: by path, in the order of what is expected."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from operator import itemgetter
from typing import Any

MISSING = object()
MAX_TOLD = 5
MAX_VALUE = 60


@dataclass(frozen=True, slots=True)
class Compare:
    """How values are compared: numbers may be so far apart, and lists may be in any order."""

    tolerance: float = 0.0
    in_order: bool = True

    def differences(self, found: Any, wanted: Any, path: str = "") -> Iterator[str]:
        """Yield a sentence for each place that differs: true is not 1, and 1 is 1.0. Raise RecursionError."""
        ours, theirs = (found, wanted) if self.in_order else (_ordered(found)[0], _ordered(wanted)[0])
        yield from self._between(ours, theirs, path)

    def _between(self, found: Any, wanted: Any, path: str) -> Iterator[str]:
        if isinstance(found, dict) and isinstance(wanted, dict):
            for key in (*wanted, *(key for key in found if key not in wanted)):
                yield from self._between(found.get(key, MISSING), wanted.get(key, MISSING), _below(path, key))
        elif isinstance(found, list) and isinstance(wanted, list):
            for at, (one, other) in enumerate(zip_longest(found, wanted, fillvalue=MISSING)):
                yield from self._between(one, other, f"{path}[{at if self.in_order else ''}]")
        elif not _is_same(found, wanted, self.tolerance):
            yield _sentence(path, found, wanted)

    def are_same(self, one: Any, other: Any) -> bool:
        return next(self.differences(one, other), None) is None


def told(differences: Iterator[str]) -> str:
    """Return the first of them as a reason, empty where there is none."""
    first = [*islice(differences, MAX_TOLD + 1)]
    return " ".join([*first[:MAX_TOLD], *(["And more."] if len(first) > MAX_TOLD else [])])


def _sentence(path: str, found: Any, wanted: Any) -> str:
    place = path or "The whole"
    if found is MISSING:
        return f"{place} is missing, {_short(wanted)} expected."
    if wanted is MISSING:
        return f"{place} is {_short(found)}, nothing expected."
    return f"{place} is {_short(found)}, {_short(wanted)} expected."


def _below(path: str, key: str) -> str:
    if key.isidentifier():
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(key, ensure_ascii=False)[:MAX_VALUE]}]"


def _short(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= MAX_VALUE else f"{written[:MAX_VALUE]}…"


def _is_same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or _is_close(one, other, tolerance)
    return type(one) is type(other) and one == other


def _is_close(one: float, other: float, tolerance: float) -> bool:
    try:
        return math.isclose(one, other, rel_tol=0, abs_tol=tolerance)
    except OverflowError:  # a whole number beyond all floats
        return False


def _ordered(value: Any) -> tuple[Any, str]:
    """Return a value with its lists sorted by what stands in them, and it as a text; each part is written once."""
    if isinstance(value, list):
        parts = sorted([_ordered(one) for one in value], key=itemgetter(1))
        return [one for one, _ in parts], f"[{', '.join([text for _, text in parts])}]"
    if isinstance(value, dict):
        told = {key: _ordered(one) for key, one in value.items()}
        texts = [f"{json.dumps(key)}: {text}" for key, (_, text) in sorted(told.items(), key=itemgetter(0))]
        return {key: one for key, (one, _) in told.items()}, f"{{{', '.join(texts)}}}"
    return value, json.dumps(value)
