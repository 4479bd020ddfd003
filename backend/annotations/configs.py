"""Score configs: read from what people and programs send, kept as JSON, and what fits them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.annotations.types import (
    GOOD_OF,
    MAX_CONFIGS,
    MAX_NAME,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_TEXT,
    ConfigKind,
    Good,
    Label,
    Option,
    ScoreConfig,
)
from backend.columns import storable
from backend.errors import InvalidInput

MAX_KEYS = 10


def config_of(values: Mapping[str, Any]) -> ScoreConfig:
    """Return a config, with a key for each label where none was chosen. Raise InvalidInput."""
    name, question = _words(values.get("name"), MAX_NAME), _words(values.get("question", ""), MAX_NAME * 4)
    if not name:
        raise _wrong("Each score has a name.")
    kind = ConfigKind(values.get("kind", ConfigKind.BOOLEAN))
    low, high = _number(values.get("low", 0.0)), _number(values.get("high", 1.0))
    if kind is ConfigKind.NUMBER and not low < high:
        raise _wrong(f"The scale of {name} begins below its end.")
    given = values.get("options") or []
    keys = [str(one.get("key", "")) for one in given if isinstance(one, Mapping)]
    if kind is ConfigKind.BOOLEAN:
        keys = keys if len(keys) == 2 else ["y", "n"]  # noqa: PLR2004  # yes and no
        options = [
            Option(value, *word) for value, *word in ((True, "Yes", keys[0] or "y"), (False, "No", keys[1] or "n"))
        ]
    elif kind is ConfigKind.CATEGORY:
        names = [_words(one.get("name") if isinstance(one, Mapping) else one, MAX_OPTION) for one in given]
        if not 2 <= len(names) <= MAX_OPTIONS or len({*names, ""}) != len(names) + 1:  # noqa: PLR2004  # a choice
            raise _wrong(f"{name} has 2 to {MAX_OPTIONS} options, each with a name of its own.")
        options = [
            Option(one, one, keys[at] if at < len(keys) and keys[at] else str(at + 1)) for at, one in enumerate(names)
        ]
    elif kind is ConfigKind.NUMBER:
        options = _scale(low, high)
    else:
        options = []
    _check_keys(name, [one.key for one in options])
    return ScoreConfig(name, kind, question, tuple(options), low, high, _good(name, kind, values.get("good")))


def is_asked_alike(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether two lists of configs ask the same; which answer is good changes no label."""
    alike, like = ([replace(config_of(config), good=Good.NONE) for config in configs] for configs in (one, other))
    return alike == like


def configs_of(values: Sequence[Mapping[str, Any]]) -> tuple[ScoreConfig, ...]:
    """Return the configs of a queue. Raise InvalidInput."""
    configs = tuple(config_of(one) for one in values)
    if not 1 <= len(configs) <= MAX_CONFIGS or len({one.name for one in configs}) != len(configs):
        raise _wrong(f"A queue asks 1 to {MAX_CONFIGS} scores, each with a name of its own.")
    return configs


def config_values(config: ScoreConfig) -> dict[str, Any]:
    """Return the JSON that `config_of` reads."""
    return {
        "name": config.name,
        "kind": config.kind.value,
        "question": config.question,
        "options": [{"name": one.name, "key": one.key} for one in config.options],
        "low": config.low,
        "high": config.high,
        "good": config.good.value,
    }


def label_of(config: ScoreConfig, value: Any) -> Label:
    """Return a label as it is kept. Raise InvalidInput for what does not fit."""
    if config.kind is ConfigKind.BOOLEAN and isinstance(value, bool):
        return value
    if config.kind is ConfigKind.CATEGORY and value in {one.value for one in config.options}:
        return str(value)
    if config.kind is ConfigKind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        if config.low <= value <= config.high:
            return float(value)
        raise InvalidInput(f"{config.name} lies between {config.low:g} and {config.high:g}.", fields={"value": "off"})
    if config.kind is ConfigKind.TEXT and isinstance(value, str) and len(value) <= MAX_TEXT:
        return str(storable(value)).strip()
    raise InvalidInput(f"That is no label of {config.name}.", fields={"value": "does not fit"})


def _good(name: str, kind: ConfigKind, given: Any) -> Good:
    """Return which answer is the good one, the usual one where nothing is said."""
    fits = GOOD_OF.get(kind, (Good.NONE,))
    good = Good(given) if given else fits[0]
    if good not in fits:
        raise _wrong(f"What is good of {name} is one of: {', '.join(fits)}.")
    return good


def _scale(low: float, high: float) -> list[Option]:
    """Return a key for each whole number of a short scale; a longer one is typed."""
    first, last = math.ceil(low), math.floor(high)
    if (first, last) != (low, high) or first < 0 or last >= MAX_KEYS:
        return []
    return [Option(float(one), str(one), str(one)) for one in range(first, last + 1)]


def _check_keys(name: str, keys: Sequence[str]) -> None:
    if any(len(key) != 1 or not key.isalnum() for key in keys) or len(set(keys)) != len(keys):
        raise _wrong(f"Each option of {name} has a key of its own: one letter or digit.")


def _words(value: Any, longest: int) -> str:
    text = " ".join(storable(value).split()) if isinstance(value, str) else ""
    if len(text) > longest:
        raise _wrong(f"“{text[:30]}…” is longer than {longest} characters.")
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong("A scale has a number at each end.")
    return float(value)


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"configs": words})
