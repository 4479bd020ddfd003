"""What a node took and gave, as a person reads it: texts, passages, and the rest as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.state.flows_said import Cited, cited
from console.state.run_board import SHOWN_CHARACTERS

JSON_CHARACTERS = 20_000
MAX_PASSAGES = 50
NOT_AS_IT_STANDS = "The embedded model is too small for the prompt above. Signalbox gave it this text instead."
QUOTED = "The best sentence of the passages is quoted instead."


@dataclass(frozen=True)
class PassageLine:
    """A passage: its number and document as a source, and its text."""

    source: Cited
    text: str


@dataclass(frozen=True)
class Value:
    """One value: a `text`, `passages`, or `code` where no words say it better."""

    name: str
    text: str = ""
    passages: list[PassageLine] = field(default_factory=list)
    code: str = ""


@dataclass(frozen=True)
class Values:
    """The values of a port or a record, and the whole of it as JSON."""

    lines: list[Value] = field(default_factory=list)
    raw: str = ""


def values(given: Any) -> Values:
    """Draw an object value by value, a lone one without its name; anything else as one value."""
    if given is None or given in ({}, []):
        return Values()
    named = list(given.items()) if isinstance(given, dict) else [("", given)]
    kept = [(str(name), one) for name, one in named if one is not None and one not in ("", [], {})]
    shown = [passage.text for _, one in kept for passage in _passages(one)]
    kept = [(name, one) for name, one in kept if not _repeats(one, shown)]
    lone = len(named) == 1
    return Values([_value("" if lone else name, one) for name, one in kept], as_json(given))


def as_json(given: Any) -> str:
    """Return the beginning of a value as indented JSON."""
    return _cut(json.dumps(given, ensure_ascii=False, indent=2, default=str), JSON_CHARACTERS)


def _value(name: str, one: Any) -> Value:
    if isinstance(one, bool):
        return Value(name, text="yes" if one else "no")
    if isinstance(one, str | int | float):
        return Value(name, text=_cut(str(one), SHOWN_CHARACTERS))
    if isinstance(one, dict) and set(one) == {"text"} and isinstance(one["text"], str):
        return Value(name, text=_cut(one["text"], SHOWN_CHARACTERS))
    if found := _passages(one):
        return Value(name, passages=found)
    if isinstance(one, list) and all(isinstance(item, str) for item in one):
        return Value(name, text=_cut("\n\n".join(one), SHOWN_CHARACTERS))
    return Value(name, code=_cut(json.dumps(one, ensure_ascii=False, indent=2, default=str), SHOWN_CHARACTERS))


def _passages(one: Any) -> list[PassageLine]:
    """Return the passages of one search or several; nothing when it is anything else."""
    flat = list(_flat(one)) if isinstance(one, list) else []
    if not flat or not all(isinstance(item, dict) and {"chunk_id", "text"} <= set(item) for item in flat):
        return []
    return [PassageLine(cited(item, at), str(item["text"])) for at, item in enumerate(flat[:MAX_PASSAGES], start=1)]


def _repeats(one: Any, shown: list[str]) -> bool:
    """Tell a search's passages written as one text: beside the passages themselves it says everything twice."""
    return bool(shown) and isinstance(one, str) and one.startswith("[1] ") and all(text in one for text in shown)


def _flat(items: Iterable[Any]) -> Iterable[Any]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def messages(sent: Any) -> Values:
    """Draw the messages that a model was sent, each under its role."""
    lines = sent if isinstance(sent, list) else []
    if not lines or not all(isinstance(one, dict) and "role" in one for one in lines):
        return values(sent)
    return Values([_value(str(one["role"]).capitalize(), one.get("content") or "") for one in lines], as_json(sent))


def given(adapted: Any) -> Values:
    """Draw what the embedded model read in place of the prompt, and what stands in place of its answer."""
    if not isinstance(adapted, dict):
        return Values()
    text, wrote, because = (str(adapted.get(name, "")) for name in ("given", "wrote", "because"))
    lines = [Value("", text=NOT_AS_IT_STANDS if text else because)]
    if text:
        lines.append(Value("It read", text=_cut(text, SHOWN_CHARACTERS)))
    if text and because:
        lines += [Value("It wrote", text=wrote), Value("The answer is not its own", text=f"{because} {QUOTED}")]
    return Values(lines, as_json(adapted))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
