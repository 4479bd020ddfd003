"""Whether an address of the log asks for anything, and what of it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from backend.conversations.facet_types import TOO_MANY, beyond
from backend.conversations.range_types import Measured, range_of
from console.state import formats
from console.state.conversations_filters import AND, FILTERS, METADATA, MOMENTS, TIME, moments_of
from console.state.conversations_ranges import KINDS

MOST_SHOWN = 40


def asks(parameters: Mapping[str, str]) -> bool:
    """Tell whether an address says what is shown, also where none of it can be read."""
    return not parameters.keys().isdisjoint({*FILTERS, *MOMENTS, "text", "order"})


def left_out_of(parameters: Mapping[str, str]) -> str:
    """Say which ranges, time and metadata narrow nothing; empty where all was read."""
    wrong = [
        f"{KINDS[one].title.lower()} “{parameters[one][:MOST_SHOWN]}”"
        for one in Measured
        if parameters.get(one) and range_of(one, parameters[one]) is None
    ]
    asked = {name: parameters[name] for name in MOMENTS if parameters.get(name)}
    if asked and None in moments_of([(TIME, "/".join(asked.get(name, "") for name in MOMENTS))]):
        wrong.append(" ".join(f"{name} “{moment[:MOST_SHOWN]}”" for name, moment in asked.items()))
    many = TOO_MANY if beyond(parameters.get(METADATA, "").split(AND)) else ""
    if not wrong:
        return many
    words = f"The address also asks for {formats.listed(wrong)}, which cannot be read: the list is not narrowed by it."
    return f"{words} {many}".rstrip()
