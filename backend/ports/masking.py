"""What looks for telling words in a text, beside those that a check digit or an @ gives away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

Place = tuple[int, int]


class Expression(Protocol):
    """One expression of a person's own, ready."""

    def places(self, text: str) -> Iterator[Place]:
        """Yield where it matches, from the left, in time that grows with the length of the text and no faster."""
        ...


class Finders(Protocol):
    """One per process; both take text as it is."""

    def expression(self, pattern: str) -> Expression:
        """Raise InvalidInput, with a sentence, for what is none, needs too much room or matches where nothing is."""
        ...

    def phones(self, text: str, regions: Sequence[str]) -> Iterator[Place]:
        """Yield where phone numbers stand: those with a country's code, and those as people of these regions dial."""
        ...

    def is_region(self, region: str) -> bool:
        """Tell whether the two letters name a region with phone numbers."""
        ...
