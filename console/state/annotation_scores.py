"""Scores of a queue as people write them: "kind, curt", "kind=k, curt=c", "1 to 5"."""

from __future__ import annotations

import re

from backend.annotations.types import GOOD_OF, ConfigKind, Good, Option, ScoreConfig
from backend.errors import InvalidInput

# The words of an option and, behind the last =, its key.
OPTION = re.compile(r"(.*?)(?:=\s*(\w)\s*)?", re.DOTALL)
SCALE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:to|-)\s*(-?\d+(?:\.\d+)?)\s*")


def score_of(name: str, kind: str, choices: str, good: str = "") -> ScoreConfig:
    """Return a score; the service checks it and gives keys where none is written. Raise InvalidInput."""
    known = ConfigKind(kind) if kind in {*ConfigKind} else ConfigKind.BOOLEAN
    told = good_of(known, good)
    if known is ConfigKind.CATEGORY:
        found = [OPTION.fullmatch(one) for one in choices.split(",") if one.strip()]
        options = tuple(Option(one[1].strip(), one[1].strip(), one[2] or "") for one in found if one)
        return ScoreConfig(name, known, "", options)
    if known is ConfigKind.NUMBER:
        ends = SCALE.fullmatch(choices)
        if ends is None:
            words = "Write a scale as 1 to 5."
            raise InvalidInput(words, fields={"configs": words})
        return ScoreConfig(name, known, "", (), float(ends[1]), float(ends[2]), told)
    return ScoreConfig(name, known, good=told)


def good_of(kind: ConfigKind, good: str) -> Good:
    """Return which answer is said to be good, the usual one where it is none of this kind."""
    fits = GOOD_OF.get(kind, (Good.NONE,))
    return Good(good) if good in fits else fits[0]


def choices_of(config: ScoreConfig) -> str:
    """Return options or a scale as they are written."""
    if config.kind is ConfigKind.CATEGORY:
        return ", ".join(f"{one.name}={one.key}" for one in config.options)
    return f"{config.low:g} to {config.high:g}" if config.kind is ConfigKind.NUMBER else ""
