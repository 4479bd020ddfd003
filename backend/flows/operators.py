"""The thirteen comparisons of a condition."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from backend.errors import InvalidInput
from backend.flows.ports import as_text


class Operator(StrEnum):
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    NUMBER_GREATER_THAN = "number_greater_than"
    NUMBER_LESS_THAN = "number_less_than"
    NUMBER_EQUAL_TO = "number_equal_to"
    NUMBER_GREATER_OR_EQUAL = "number_greater_or_equal"
    NUMBER_LESS_OR_EQUAL = "number_less_or_equal"
    BOOLEAN_IS_TRUE = "boolean_is_true"
    BOOLEAN_IS_FALSE = "boolean_is_false"
    TEXT_CONTAINS = "text_contains"
    TEXT_DOES_NOT_CONTAIN = "text_does_not_contain"
    TEXT_EQUALS = "text_equals"
    TEXT_DOES_NOT_EQUAL = "text_does_not_equal"


LABELS: dict[str, str] = {
    Operator.IS_EMPTY: "is empty",
    Operator.IS_NOT_EMPTY: "is not empty",
    Operator.NUMBER_GREATER_THAN: "is greater than",
    Operator.NUMBER_LESS_THAN: "is less than",
    Operator.NUMBER_EQUAL_TO: "is the number",
    Operator.NUMBER_GREATER_OR_EQUAL: "is at least",
    Operator.NUMBER_LESS_OR_EQUAL: "is at most",
    Operator.BOOLEAN_IS_TRUE: "is true",
    Operator.BOOLEAN_IS_FALSE: "is false",
    Operator.TEXT_CONTAINS: "contains",
    Operator.TEXT_DOES_NOT_CONTAIN: "does not contain",
    Operator.TEXT_EQUALS: "equals",
    Operator.TEXT_DOES_NOT_EQUAL: "does not equal",
}
UNARY = frozenset({Operator.IS_EMPTY, Operator.IS_NOT_EMPTY, Operator.BOOLEAN_IS_TRUE, Operator.BOOLEAN_IS_FALSE})
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})


def is_empty(value: Any) -> bool:
    """Tell whether a value says nothing: None, blank text, an empty list or object. 0 and false do say something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | dict | tuple) and not value)


def _folded(value: Any) -> str:
    return as_text(value).strip().casefold()


def _contains(value: Any, other: Any) -> bool:
    """Look for an item in a list, else for a text in a text."""
    if isinstance(value, list):
        return any(_folded(item) == _folded(other) for item in value)
    return _folded(other) in _folded(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        raise InvalidInput(f"{as_text(value) or 'nothing'} is not a number.")
    if isinstance(value, int | float):
        return value
    try:
        number = float(as_text(value).strip())
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise InvalidInput(f"{as_text(value)[:60] or 'An empty text'} is not a number.")
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _folded(value)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidInput(f"{word[:60]} is neither true nor false.")


_HOLDS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.IS_EMPTY: lambda value, _: is_empty(value),
    Operator.IS_NOT_EMPTY: lambda value, _: not is_empty(value),
    Operator.NUMBER_GREATER_THAN: lambda value, other: _number(value) > _number(other),
    Operator.NUMBER_LESS_THAN: lambda value, other: _number(value) < _number(other),
    Operator.NUMBER_EQUAL_TO: lambda value, other: _number(value) == _number(other),
    Operator.NUMBER_GREATER_OR_EQUAL: lambda value, other: _number(value) >= _number(other),
    Operator.NUMBER_LESS_OR_EQUAL: lambda value, other: _number(value) <= _number(other),
    Operator.BOOLEAN_IS_TRUE: lambda value, _: _boolean(value),
    Operator.BOOLEAN_IS_FALSE: lambda value, _: not _boolean(value),
    Operator.TEXT_CONTAINS: _contains,
    Operator.TEXT_DOES_NOT_CONTAIN: lambda value, other: not _contains(value, other),
    Operator.TEXT_EQUALS: lambda value, other: _folded(value) == _folded(other),
    Operator.TEXT_DOES_NOT_EQUAL: lambda value, other: _folded(value) != _folded(other),
}


def holds(operator: Operator, value: Any, other: Any = None) -> bool:
    """Compare. Texts are compared without regard to case. Raise InvalidInput where a number or boolean is none."""
    return _HOLDS[operator](value, other)
