"""Read the JSON that every database and every answer can hold, from a body as from a form.

Python's own reader takes NaN, 1e999, numbers without end, halves of a character and the character zero.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

MAX_NUMBER = 2**63
# Schemas and answers write deeper values with an error only, and later: what holds one could not be read any more.
MAX_DEPTH = 64
_WRITTEN_ZERO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class NotPlain(ValueError):
    """It is JSON that nothing could keep; the message goes on behind its subject, as in "It holds half of ..."."""


def read_json(text: str) -> Any:
    """Return the value. Raise JSONDecodeError for what is no JSON, NotPlain for what cannot be kept."""
    try:
        found = json.loads(text, parse_constant=_refuse_number, parse_float=_float, parse_int=_integer)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
            if _WRITTEN_ZERO.search(text):
                raise NotPlain("holds the character zero, which no text can")
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeEncodeError as error:
        raise NotPlain("holds half of a character") from error
    if _is_deep(found):
        raise _too_deep()
    return found


def flaws_of(value: Any, levels: int = MAX_DEPTH, name_length: int | None = None) -> Iterator[str]:
    """Yield in sentences why what was read by another reader cannot be kept; `name_length` is the most of a name."""
    yield from _flaws(value, levels, name_length, f"It is nested deeper than {levels} levels.")


def shallow(value: Any) -> Any:
    """Return a value that was kept as every answer can write it: what lies deeper than MAX_DEPTH is an ellipsis."""
    return _cut(value, MAX_DEPTH) if _is_deep(value) else value


def _flaws(value: Any, levels: int, name_length: int | None, too_deep: str) -> Iterator[str]:
    if levels < 0:
        yield too_deep
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name_length and not (isinstance(name, str) and 0 < len(name) <= name_length):
                yield f"The name of a field has 1 to {name_length} characters."
            yield from _flaws(one, levels - 1, name_length, too_deep)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _flaws(one, levels - 1, name_length, too_deep)
    elif isinstance(value, float) and not math.isfinite(value):
        yield "It holds a number that is none."
    elif isinstance(value, int) and not -MAX_NUMBER <= value < MAX_NUMBER:
        yield "It holds a number that is too large."


def _cut(value: Any, levels: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return "…"
    if isinstance(value, dict):
        return {name: _cut(one, levels - 1) for name, one in value.items()}
    return [_cut(one, levels - 1) for one in value]


def _too_deep() -> NotPlain:
    return NotPlain(f"is nested deeper than {MAX_DEPTH} levels")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        insides = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [child for inside in insides for child in inside if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _refuse_number(_text: str) -> NoReturn:
    raise NotPlain("holds a number that is too large, or none")


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _integer(text: str) -> int:
    number = int(text) if len(text) <= len(str(MAX_NUMBER)) + 1 else MAX_NUMBER
    return number if -MAX_NUMBER <= number < MAX_NUMBER else _refuse_number(text)
