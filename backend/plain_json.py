"""Read the JSON that every database and every answer can hold, from a body as from a form.

Python's own reader takes NaN, 1e999, numbers without end, halves of a character and the character zero.
"""

from __future__ import annotations

import json
import math
import re
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
    _refuse_depth(found)
    return found


def _too_deep() -> NotPlain:
    return NotPlain(f"is nested deeper than {MAX_DEPTH} levels")


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        insides = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [child for inside in insides for child in inside if isinstance(child, dict | list)]
        if not level:
            return
    raise _too_deep()


def _refuse_number(_text: str) -> NoReturn:
    raise NotPlain("holds a number that is too large, or none")


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _integer(text: str) -> int:
    number = int(text) if len(text) <= len(str(MAX_NUMBER)) + 1 else MAX_NUMBER
    return number if -MAX_NUMBER <= number < MAX_NUMBER else _refuse_number(text)
