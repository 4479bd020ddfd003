"""The fields of an evaluator, drawn from the schema of its settings, and what was entered into them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.errors import InvalidInput
from backend.experiments.types import EvaluatorKind
from backend.plain_json import NotPlain, read_json
from console.state.forms import Choice

TITLES = {
    "exact": "Equals the expected output",
    "contains": "Contains the expected text",
    "regex": "Matches an expression",
    "json_valid": "Is JSON",
    "json_schema": "Fits a JSON schema",
    "json_field": "One field of JSON",
    "json_equal": "The same JSON",
    "levenshtein": "Letters alike (Levenshtein)",
    "rouge": "Words alike (ROUGE)",
    "bleu": "Words alike (BLEU)",
    "similarity": "Meaning alike (embedding)",
    "latency": "Latency",
    "cost": "Cost",
    "tool_calls": "Tools called",
    "retrieval": "Passages found",
    "judge": "A model judges by a rubric",
    "pairwise": "A model picks the better of two",
    "human": "A person scores",
    "python": "Python code",
}
# What every evaluator has: the first beside its own fields, the others folded away.
FIRST = ("threshold", "weight", "negate", "node")
FOLDED = ("name", "direction", "unit", "target", "margin", "statistic")
LINE_TO = 2_000
ENTERED = {"boolean": "switch", "integer": "number", "number": "number", "array": "json", "object": "json"}


@dataclass(frozen=True)
class FieldLine:
    """One entry. `key` is its name in the form, `picked` what is ticked of several `options`.

    It means something only while the entry of the key `led_by` is one of `among`; else it is `hidden`, and kept.
    """

    name: str
    key: str
    label: str
    kind: str
    help: str = ""
    value: str = ""
    checked: bool = False
    required: bool = False
    options: list[Choice] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    led_by: str = ""
    among: list[str] = field(default_factory=list)
    hidden: bool = False


@dataclass(frozen=True)
class EvaluatorLine:
    """An evaluator of the form. `at` is how a refusal names it."""

    key: str
    at: str
    kind: str
    title: str
    words: str
    off: str = ""
    own: list[FieldLine] = field(default_factory=list)
    first: list[FieldLine] = field(default_factory=list)
    folded: list[FieldLine] = field(default_factory=list)


@dataclass(frozen=True)
class Offers:
    """The models that may be asked, and those that embed."""

    talking: Sequence[Choice] = ()
    embedding: Sequence[Choice] = ()


def evaluator_line(
    kind: EvaluatorKind, key: str, at: int, offers: Offers, given: Mapping[str, Any] | None = None
) -> EvaluatorLine:
    """Return an empty evaluator, or one with the settings that are `given`."""
    properties: dict[str, Any] = kind.schema["properties"]
    required = kind.schema.get("required", ())
    settings = given or {}

    def lines(names: Iterable[str]) -> list[FieldLine]:
        return [
            _line(name, key, properties[name], offers, settings, required=name in required)
            for name in names
            if name in properties
        ]

    own = [name for name in properties if name not in (*FIRST, *FOLDED)]
    if "models" in own and "model" in own:
        own.remove("model")
        if isinstance(settings.get("model"), str):
            settings = {**settings, "models": [settings["model"]]}
    about = str(kind.schema.get("description", "")).partition("\n\n")[0].replace("\n", " ").replace("`", "")
    title = TITLES.get(kind.kind, kind.kind)
    said = (kind.kind, title, about, kind.off)
    line = EvaluatorLine(key, f"evaluators.{at}", *said, lines(own), lines(FIRST), lines(FOLDED))
    for leader, hang_on_it in kind.schema.get("only_with", {}).items():
        line = _led(line, leader, hang_on_it)
    return line


def _led(line: EvaluatorLine, leader: str, only_with: Mapping[str, list[str]]) -> EvaluatorLine:
    """Let the entry of one setting show and hide those that mean something only with some of its values."""
    key = f"{line.key}.{leader}"

    def tied(one: FieldLine) -> FieldLine:
        if one.name == leader:
            return replace(one, kind="leading")
        return replace(one, led_by=key, among=list(only_with[one.name])) if one.name in only_with else one

    value = next(one.value for one in line.own if one.name == leader)
    return shown_with(_each(line, tied), key, value)


def shown_with(line: EvaluatorLine, key: str, value: str) -> EvaluatorLine:
    """Return the evaluator with the fields that belong to the value of the entry `key`; the others are hidden."""
    return _each(line, lambda one: replace(one, hidden=value not in one.among) if one.led_by == key else one)


def _each(line: EvaluatorLine, change: Callable[[FieldLine], FieldLine]) -> EvaluatorLine:
    own, first, folded = ([change(one) for one in part] for part in (line.own, line.first, line.folded))
    return replace(line, own=own, first=first, folded=folded)


def _line(
    name: str, key: str, schema: dict[str, Any], offers: Offers, settings: Mapping[str, Any], *, required: bool
) -> FieldLine:
    plain = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    value = settings.get(name, schema.get("default", next(iter(schema.get("examples", ())), None)))
    kind, options = _kind(name, plain, offers)
    return FieldLine(
        name=name,
        key=f"{key}.{name}",
        label=name.replace("_", " ").capitalize(),
        kind=kind,
        help=str(schema.get("description", "")),
        value=_typed(kind, value),
        checked=value is True,
        required=required,
        options=options,
        picked=[str(one) for one in value] if kind == "models" and isinstance(value, list | tuple) else [],
    )


def _kind(name: str, schema: dict[str, Any], offers: Offers) -> tuple[str, list[Choice]]:
    """Return how a setting is entered, and what there is to pick."""
    if name in ("models", "model"):
        return ("models", list(offers.talking)) if name == "models" else ("choice", list(offers.embedding))
    if name == "node":
        return "node", []
    if "enum" in schema:
        return "choice", [Choice(str(one), str(one).replace("_", " ")) for one in schema["enum"]]
    if schema.get("format") == "python":
        return "python", []
    if schema.get("type") == "string":
        return "area" if schema.get("maxLength", 0) > LINE_TO else "text", []
    is_texts = schema.get("items", {}).get("type") == "string"
    return "lines" if is_texts else ENTERED.get(schema.get("type", ""), "any"), []


def _typed(kind: str, value: Any) -> str:
    """Return a value as somebody would enter it."""
    if value is None or kind in ("models", "switch"):
        return ""
    if kind == "lines":
        return "\n".join(str(one) for one in value)
    if kind == "json" or (kind == "any" and (not isinstance(value, str) or _is_json(value))):
        return "" if value in ({}, []) else json.dumps(value, ensure_ascii=False, indent=2)
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def settings_of(line: EvaluatorLine, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as they were entered; what was left empty is left out. Raise InvalidInput by field."""
    found: dict[str, Any] = {"kind": line.kind}
    wrong: dict[str, str] = {}
    for one in (*line.own, *line.first, *line.folded):
        if one.led_by and form.get(one.led_by) not in one.among:
            continue
        try:
            value = _entered(one, form)
        except NotPlain as error:
            wrong[f"{line.at}.{one.name}"] = f"{one.label} {error}."
            continue
        except ValueError:
            wrong[f"{line.at}.{one.name}"] = f"{one.label} is {'a number' if one.kind == 'number' else 'JSON'}."
            continue
        if value is not None:
            found[one.name] = value
    if wrong:
        raise InvalidInput(next(iter(wrong.values())), fields=wrong)
    return found


def _entered(one: FieldLine, form: Mapping[str, Any]) -> Any:
    """Return a value, None where nothing was entered. Raise ValueError for what cannot be read."""
    if one.kind == "switch":
        return bool(form.get(one.key))
    if one.kind == "models":
        return [option.value for option in one.options if form.get(f"{one.key}.{option.value}")] or None
    text = str(form.get(one.key, ""))
    if not text.strip():
        return None
    if one.kind == "number":
        return float(text) if any(sign in text for sign in ".eE") else int(text)
    if one.kind == "lines":
        stood = set(one.value.splitlines())  # " no " that somebody sent with its blanks keeps them
        return [row if row in stood else row.strip() for row in text.splitlines() if row.strip()]
    return read_json(text) if one.kind == "json" or (one.kind == "any" and _is_json(text)) else text


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except NotPlain:
        return True  # which the reading refuses in words
    except ValueError:
        return False
    return True
