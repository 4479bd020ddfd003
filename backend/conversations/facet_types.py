"""What the filters of the log choose among, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Of metadata, the names and values that the log is filtered by have at most so many characters.
MAX_NAME, MAX_VALUE = 60, 120
# Of so many names at once: each is a condition in the count of each other, and fifty took seconds.
MAX_CHOSEN = 8
TOO_MANY = f"The log is filtered by at most {MAX_CHOSEN} names in metadata at once."
# Between a name and its value in a filter, as in "plan=pro"; nothing behind it asks for those without, no sign for any.
IS = "="


def beyond(metadata: Iterable[str]) -> list[str]:
    """Return of filters those whose names are more than may be chosen."""
    given = [*metadata]
    kept = [*dict.fromkeys(one.partition(IS)[0] for one in given)][:MAX_CHOSEN]
    return [one for one in given if one.partition(IS)[0] not in kept]


class Satisfaction(StrEnum):
    """How satisfied the person was, from 1 (not at all) to 5, as somebody told."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    UNKNOWN = "unknown"


class FailedTurns(StrEnum):
    """Whether any turn of a conversation failed, be it the last or one before it."""

    SOME = "some"
    NONE = "none"


class FailedTools(StrEnum):
    """Whether any call of a tool failed in a conversation, whatever was answered after it."""

    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Facet:
    """A choice of a filter, and how many conversations it would show."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class NamedFacets:
    """The most frequent values of a name in metadata; the value of each is the filter's, "plan=pro"."""

    name: str
    values: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many conversations each choice of a filter would show beside what the other filters choose.

    `total` are those that the searched text finds in the channels that show, `matching` what all filters leave of them.
    `versions` are those of the flows that are chosen, none where no flow is; `metadata` are the values of the names
    that are chosen, `metadata_names` the names that there are.
    """

    total: int = 0
    matching: int = 0
    flows: tuple[Facet, ...] = ()
    versions: tuple[Facet, ...] = ()
    states: tuple[Facet, ...] = ()
    failed_turns: tuple[Facet, ...] = ()
    failed_tools: tuple[Facet, ...] = ()
    ratings: tuple[Facet, ...] = ()
    channels: tuple[Facet, ...] = ()
    models: tuple[Facet, ...] = ()
    prompts: tuple[Facet, ...] = ()
    outcomes: tuple[Facet, ...] = ()
    satisfactions: tuple[Facet, ...] = ()
    tags: tuple[Facet, ...] = ()
    metadata: tuple[NamedFacets, ...] = ()
    metadata_names: tuple[str, ...] = ()
    judges: tuple[Facet, ...] = ()
