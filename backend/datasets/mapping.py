"""Which column of a file becomes what of a row: a guess to begin with, and the rows that come of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.datasets.types import NewItem
from backend.errors import InvalidInput
from backend.mapped_tables import LEFT_OUT, Targets, check_columns, is_filled, unwritten, written_as_text
from backend.ports.tables import Table

# What a column can become. `input.x` and `metadata.x` are fields; without a field the cell is the whole object.
WHOLE = ("input", "expected_output", "metadata")
LABELS = ("split", "tags")
MAX_SAMPLED = 50
EXPECTED = (
    "expected_output", "expected", "ground_truth", "reference", "gold", "ideal", "target", "label", "answer",
    "output", "completion", "response", "reply",
)  # fmt: skip
NUM_BARE = 5  # the last of them say an answer, not which
# Classes, which are what is expected of a table that says nothing else is, where they repeat.
CLASSES = ("category", "class", "intent", "sentiment", "topic")
# "Expected answer", "correct_output", "answer (gold)": a name of one word of each.
WANTED = {"expected", "correct", "right", "gold", "golden", "ideal", "reference", "desired", "target", "true", "wanted"}
ANSWERS = {"answer", "output", "completion", "response", "reply", "result", "text", "value"}
BESIDES = {"id", "source", "author", "agent", "date", "created_at", "note", "notes", "comment", "comments"}
SPELLINGS = {
    "input": "input",
    "inputs": "input",
    "expected": "expected_output",
    "expected_output": "expected_output",
    "metadata": "metadata",
}
LABELLED = {"split": "split", "set": "split", "partition": "split", "tags": "tags", "tag": "tags"}
OWN = {"row", "item_id"}  # columns of our own exports that an import makes anew
SEPARATORS = re.compile(r"[,;|\n]")


@dataclass(frozen=True, slots=True)
class Shape:
    """The types that the schemas want of single fields, by target: texts of CSV are turned into them."""

    types: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, input_schema: dict[str, Any] | None, expected_schema: dict[str, Any] | None) -> Shape:
        found: dict[str, frozenset[str]] = {}
        for name, schema in (("input", input_schema), ("expected_output", expected_schema)):
            found[name] = _types(schema)
            properties = (schema or {}).get("properties")
            for field, one in properties.items() if isinstance(properties, dict) else ():
                found[f"{name}.{field}"] = _types(one)
        return cls(found)


def guessed(table: Table) -> dict[str, str]:
    """Return a target for each column, from its name and its first cells."""
    expected = _expected_column(table)
    targets: dict[str, str] = {}
    for at, column in enumerate(table.columns):
        cells = [row[at] for row in table.rows[:MAX_SAMPLED] if is_filled(row[at])]
        is_object = bool(cells) and all(_is_object(cell) for cell in cells)
        targets[column] = "expected_output" if column == expected else _target(column, is_object=is_object)
    return targets


def check(targets: Targets, table: Table) -> None:
    """Raise InvalidInput for a mapping that makes no rows; a file of bad rows alone has no columns to map."""
    if not table.columns and table.faults:
        return
    used = check_columns(targets, table, repeatable=("tags",))
    for target in used:
        head, dot, field = target.partition(".")
        if head not in WHOLE + LABELS or (dot and (head in LABELS or not field)):
            raise InvalidInput(f"“{target}” is no part of a row.")
    if not any(target.partition(".")[0] == "input" for target in used):
        raise InvalidInput("No column becomes a part of the input.", hint="Map one to input and a name.")


def rows_of(table: Table, targets: Targets, shape: Shape) -> Iterator[tuple[int, NewItem | str]]:
    """Yield each row under its number, or why its cells make none."""
    places = [(at, targets.get(column, LEFT_OUT)) for at, column in enumerate(table.columns)]
    used = [(at, target) for at, target in places if target]
    is_text = written_as_text(table)
    for number, cells in zip(table.numbers, table.rows, strict=True):
        parts: dict[str, Any] = {"input": {}, "metadata": {}}
        try:
            for at, target in used:
                _put(parts, target, _read(cells[at], target, shape, table.kind) if is_text else cells[at])
        except ValueError as error:
            yield number, str(error)
            continue
        yield (
            number,
            NewItem(
                input=parts["input"],
                expected_output=parts.get("expected_output"),
                metadata=parts["metadata"],
                split=str(parts.get("split") or "").strip(),
                tags=tuple(parts.get("tags", ())),
            ),
        )


def _put(parts: dict[str, Any], target: str, value: Any) -> None:
    head, dot, field = target.partition(".")
    if not is_filled(value):
        return
    if head == "tags":
        parts["tags"] = [*parts.get("tags", ()), *_tags(value)]
    elif dot:
        whole = parts.setdefault(head, {})
        if not isinstance(whole, dict):
            raise ValueError(f"{target}: The whole {head} is no object, so it has no fields.")
        whole[field] = value
    elif head in {"input", "metadata"}:
        parts[head] = {**_object(value, head), **parts[head]}
    else:
        parts[head] = value


def _read(cell: Any, target: str, shape: Shape, kind: str) -> Any:
    """Return what a written cell says: an object, a list, what the schema wants of the field, else the text."""
    if not isinstance(cell, str):
        wanted = shape.types.get(target, frozenset())
        return str(cell) if cell is not None and wanted == {"string"} else cell
    text, held = unwritten(cell, kind)
    if held is not None:
        return held
    stripped = text.strip()
    if stripped[:1] in {"{", "["}:
        return text
    return _turned(text, stripped, shape.types.get(target, frozenset()))


def _turned(text: str, stripped: str, wanted: frozenset[str]) -> Any:
    """Return the number or truth value that the schema wants and the text writes, else the text."""
    if "string" in wanted or not stripped:
        return text
    if "boolean" in wanted and stripped.lower() in {"true", "false"}:
        return stripped.lower() == "true"
    if wanted & {"integer", "number"} and re.fullmatch(r"-?\d{1,18}", stripped):
        return int(stripped)
    if "number" in wanted and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", stripped):
        return float(stripped)
    return text


def _tags(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [tag.strip() for tag in SEPARATORS.split(str(value)) if tag.strip()]


def _object(value: Any, head: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError(f"{head}: It must be an object, as {{“message”: “...”}}; map the column to {head} and a name.")


def _is_object(cell: Any) -> bool:
    if isinstance(cell, str) and cell.lstrip()[:1] == "{":
        try:
            return isinstance(json.loads(cell), dict)
        except (ValueError, RecursionError):
            return False
    return isinstance(cell, dict)


def _expected_column(table: Table) -> str:
    """Return the column that most likely holds the expected output, empty for none."""
    plain = {_plain_name(column): column for column in reversed(table.columns)}
    named = next((plain[name] for name in EXPECTED[:-NUM_BARE] if name in plain), "")
    spelled = next((column for name, column in plain.items() if _is_wanted_answer(name)), "")
    bare = next((plain[name] for name in EXPECTED[-NUM_BARE:] if name in plain), "")
    return named or spelled or bare or next((plain[name] for name in CLASSES if _repeats(table, plain.get(name))), "")


def _repeats(table: Table, column: str | None) -> bool:
    """Tell whether a column holds each of its words twice or more, on the average."""
    if column is None:
        return False
    cells = [row[table.columns.index(column)] for row in table.rows[:MAX_SAMPLED]]
    filled = [str(cell) for cell in cells if is_filled(cell)]
    return bool(filled) and 2 * len(set(filled)) <= len(filled)


def _is_wanted_answer(name: str) -> bool:
    words = set(re.findall(r"[a-z]+", name))
    return "." not in name and bool(words & WANTED) and bool(words & ANSWERS)


def _plain_name(column: str) -> str:
    return re.sub(r"[\s-]+", "_", column.strip().lower())


def _target(column: str, *, is_object: bool) -> str:
    name = _plain_name(column)
    head, _, field = column.strip().partition(".")
    head = SPELLINGS.get(_plain_name(head), "")
    if head and (field or is_object):
        return f"{head}.{field}" if field else head
    if name in OWN:
        return LEFT_OUT
    if name in LABELLED:
        return LABELLED[name]
    return f"metadata.{column}" if name in BESIDES else f"input.{column}"


def _types(schema: Any) -> frozenset[str]:
    wanted = schema.get("type", ()) if isinstance(schema, dict) else ()
    return frozenset({wanted} if isinstance(wanted, str) else wanted if isinstance(wanted, list) else ())
