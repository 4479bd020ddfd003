"""What a schema finds wrong, in the words of the person who wrote the value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TYPE_WORDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "nothing",
}
MAX_SHOWN = 80
# Filled from what the checker tells of a kind; a kind without a sentence gets the last one.
SENTENCES = {
    "required": "“{property}” is missing.",
    "falseSchema": "It is not in the schema.",
    "additionalProperties": "{unexpected} is not in the schema.",
    "unevaluatedProperties": "{unexpected} is not in the schema.",
    "enum": "It must be one of {options}.",
    "const": "It must be {expected_value}.",
    "minLength": "It needs {limit} characters or more.",
    "maxLength": "It has more than {limit} characters.",
    "minimum": "It must be {limit} or more.",
    "maximum": "It must be {limit} or less.",
    "exclusiveMinimum": "It must be more than {limit}.",
    "exclusiveMaximum": "It must be less than {limit}.",
    "multipleOf": "It must be a multiple of {multiple_of}.",
    "pattern": "It does not match the pattern {pattern}.",
    "format": "It does not read like “{format}”.",
    "minItems": "It needs {limit} entries or more.",
    "maxItems": "It has more than {limit} entries.",
    "uniqueItems": "An entry stands in it twice.",
    "minProperties": "It needs {limit} fields or more.",
    "maxProperties": "It has more than {limit} fields.",
}
ELSE = "It does not fit the schema ({kind})."


def path_words(path: Iterable[str | int]) -> str:
    """Return `answer.days` or `cites[0]`."""
    said = ""
    for step in path:
        said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else step
    return said


def words_of(kind: str, told: dict[str, Any]) -> str:
    """Return a sentence without the place: "A number is needed."."""
    if kind == "type":
        types = sorted(told["types"], key=list(TYPE_WORDS).index)
        needed = " or ".join(TYPE_WORDS[one] for one in types)
        return f"{needed[:1].upper()}{needed[1:]} is needed."
    given = {name: _short(value) for name, value in told.items()}
    return SENTENCES.get(kind, ELSE).format(kind=kind, **given)


def _short(value: Any) -> str:
    """Return a value as it may stand in a sentence; what a schema or a row holds can be long."""
    words = ", ".join(f"“{one}”" for one in value) if isinstance(value, list) else str(value)
    return words if len(words) <= MAX_SHOWN else f"{words[:MAX_SHOWN]}…"
