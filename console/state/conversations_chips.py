"""What is chosen of the log's filters, said above its list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.state.conversations_filters import ALL_TRAFFIC, FILTERS, METADATA, TRAFFIC, FilterLines, Pair
from console.state.conversations_metadata import metadata_words

# Filters whose values are names out of the log, not choices of a fixed set.
NAMED = {"flow", "version", "model", "prompt", "tag", METADATA}


@dataclass(frozen=True)
class Chip:
    """What is chosen, said above the list: filters stay where somebody goes away and comes back."""

    key: str
    value: str
    words: str


def chips_of(filters: Iterable[FilterLines], chosen: Iterable[Pair] = ()) -> list[Chip]:
    """Return what is ticked, under the name of its filter; the channels that figures count are one chip.

    What is chosen and has no line to tick comes after it, so that nothing narrows the list unsaid.
    """
    ticked = [(one, line) for one in filters for line in one.lines if line.chosen]
    channels = {(one.key, line.value) for one, line in ticked if one.key == "channel"}
    is_traffic = channels == {*TRAFFIC}
    chips = [
        Chip(one.key, line.value, f"{one.title}: {line.name or 'none'}")
        for one, line in ticked
        if not (is_traffic and one.key == "channel")
    ]
    chips += [Chip(*ALL_TRAFFIC, "Channel: all but examples")] if is_traffic else []
    said = {(one.key, line.value) for one, line in ticked}
    return [*chips, *(_unlisted(*pair) for pair in chosen if pair not in said and pair[0] in FILTERS)]


def _unlisted(key: str, value: str) -> Chip:
    """Say a choice that has no line. A name that others crowd out of the lines may still be of some conversations."""
    if key == METADATA:
        return Chip(key, value, f"{FILTERS[key]} {metadata_words(value)}")
    known = f"{FILTERS[key]}: {value or 'none'}"
    if key == "flow":  # each flow of a conversation that is looked among has a line
        return Chip(key, value, f"{known}, no conversations")
    return Chip(key, value, known if key in NAMED else f"{known}, not known")
