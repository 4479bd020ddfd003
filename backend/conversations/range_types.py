"""Ranges of what is measured of a conversation, by which the log is filtered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# Both ends belong to it, and either may be left out: "0.5..", "..60", "1000..5000"; nothing is no range.
SPAN = r"^(([0-9]{1,9}(\.[0-9]{1,9})?)?\.\.([0-9]{1,9}(\.[0-9]{1,9})?)?)?$"
_SPAN = re.compile(SPAN)


class Measured(StrEnum):
    """Dollars, tokens in and out, milliseconds of the mean turn, seconds, and turns of a conversation."""

    COST = "cost"
    TOKENS = "tokens"
    LATENCY = "latency"
    DURATION = "duration"
    TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, as text, so that what was typed is what is shown; an empty end is open."""

    of: Measured
    least: str = ""
    most: str = ""

    @property
    def span(self) -> str:
        return f"{self.least}..{self.most}"

    def __str__(self) -> str:
        return f"{self.of} {self.span}"


def range_of(of: str, span: str) -> Range | None:
    """Read a range, None for what is none or leaves both ends open."""
    if of not in set(Measured) or not _SPAN.fullmatch(span) or span in ("", ".."):
        return None
    least, _, most = span.partition("..")
    return Range(Measured(of), least, most)


def range_in(text: str) -> Range | None:
    """Read what `str` wrote of a range."""
    return range_of(*text.partition(" ")[::2])


def ranges_of(spans: Mapping[str, str]) -> tuple[Range, ...]:
    """Read the ranges of all that is measured."""
    return tuple(one for of, span in spans.items() if (one := range_of(of, span)))
