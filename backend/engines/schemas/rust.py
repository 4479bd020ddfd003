"""jsonschema-rs: patterns in linear time, nothing fetched, 10,000 rows in a few milliseconds."""

from __future__ import annotations

from itertools import islice
from typing import Any

import jsonschema_rs

from backend.engines.schemas.words import path_words, words_of
from backend.errors import InvalidInput
from backend.ports.schemas import Flaw

MAX_FLAWS = 10
# A pattern that is compiled to more is a bomb such as a{100000}{1000}.
MAX_PATTERN_BYTES = 1_000_000
# Values are nested less deep than this (backend/datasets/checking.py), so what names itself unrolls no further.
MAX_DEPTH = 32
MAX_COST = 20_000
# A visit takes up to a microsecond, one that finds a flaw up to 70; all flaws are made before the first is told.
MAX_VISITS, FEW_VISITS = 2_000_000, 10_000
TOO_INTRICATE = "The schema is too intricate: its parts refer to each other in more ways than can be checked."
Memory = dict[tuple[int, int], int]


class RustSchemas:
    """Keeps to the draft that the schema names, else to 2020-12."""

    def checker(self, schema: dict[str, Any]) -> RustChecker:
        if _cost(schema, schema, MAX_DEPTH, {}) > MAX_COST:
            raise InvalidInput(TOO_INTRICATE)
        try:
            made = jsonschema_rs.validator_for(
                schema,
                offline=True,
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(size_limit=MAX_PATTERN_BYTES),
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise InvalidInput(f"This is no JSON Schema: {_why(error)}") from error
        return RustChecker(made, _width(schema, schema, MAX_DEPTH, {}))


class RustChecker:
    """Holds values against one schema."""

    def __init__(self, validator: Any, width: int) -> None:
        """`width` is how many parts of the schema any part of a value may meet."""
        self._validator, self._width = validator, width

    def flaws(self, value: Any) -> tuple[Flaw, ...]:
        num_visits = self._width * _size(value)
        if num_visits > MAX_VISITS:
            return (Flaw("", "It is too large to be held to so intricate a schema."),)
        try:
            return self._found(value, num_visits)
        except UnicodeEncodeError:
            return (Flaw("", "It holds half of a character."),)

    def _found(self, value: Any, num_visits: int) -> tuple[Flaw, ...]:
        if num_visits <= FEW_VISITS:
            return tuple(map(_flaw, islice(self._validator.iter_errors(value), MAX_FLAWS)))
        if self._validator.is_valid(value):
            return ()
        if self._width > FEW_VISITS:
            return (Flaw("", "It does not fit the schema."),)
        try:
            self._validator.validate(value)  # it stops at the first
        except jsonschema_rs.ValidationError as error:
            return (_flaw(error),)
        return ()


def _flaw(error: jsonschema_rs.ValidationError) -> Flaw:
    return Flaw(path_words(error.instance_path), words_of(error.kind.name, error.kind.as_dict()))


def _size(value: Any) -> int:
    """Return of how many parts a value is made."""
    count, left = 0, [value]
    while left:
        one = left.pop()
        count += 1
        if isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list | tuple):
            left.extend(one)
    return count


def _why(error: Exception) -> str:
    path = path_words(getattr(error, "instance_path", ()))
    words = str(getattr(error, "message", error)).partition("\n")[0]
    if "Retrieval is disabled" in words:
        return "it refers to another address, and none is fetched."
    return f"{path}: {words}." if path else f"{words}."


def _cost(node: Any, root: Any, depth: int, known: Memory) -> int:
    """Return how many parts a check may visit at worst: references count as what they lead to, each time anew."""
    if not isinstance(node, dict | list) or depth == 0:
        return 1
    place = (id(node), depth)
    if place not in known:
        known[place] = MAX_COST + 1  # a reference that leads back here without a step down costs without end
        if isinstance(node, list):
            total = sum(_cost(one, root, depth, known) for one in node)
        else:
            total = sum(_cost(one, root, depth, known) for name, one in node.items() if name not in {"$defs", "enum"})
            total += _cost(_led_to(node.get("$ref"), root), root, depth - 1, known)
        known[place] = min(total + 1, MAX_COST + 1)
    return known[place]


def _width(node: Any, root: Any, depth: int, known: Memory) -> int:
    """Return how many parts of a schema one part of a value may meet at worst: of `properties` it meets one."""
    if not isinstance(node, dict | list) or depth == 0:
        return 1
    place = (id(node), depth)
    if place not in known:
        known[place] = MAX_COST
        if isinstance(node, list):
            total = sum(_width(one, root, depth, known) for one in node)
        else:
            fields = node.get("properties")
            apart = {"$defs", "enum"} | ({"properties"} if isinstance(fields, dict) else set())
            total = sum(_width(one, root, depth, known) for name, one in node.items() if name not in apart)
            if isinstance(fields, dict):
                total += max((_width(one, root, depth, known) for one in fields.values()), default=0)
            total += len(enum) if isinstance(enum := node.get("enum"), list) else 0
            total += _width(_led_to(node.get("$ref"), root), root, depth - 1, known)
        known[place] = min(total + 1, MAX_COST)
    return known[place]


def _led_to(reference: Any, root: Any) -> Any:
    """Return the part of this schema that a reference names; None for anything else."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    node = root
    for step in reference[1:].split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        node = node.get(name) if isinstance(node, dict) else None
    return node
