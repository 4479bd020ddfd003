"""What judges say, as a filter of the log."""

from __future__ import annotations

from backend.conversations.types import Facet, Facets


def whatever(facets: Facets, chosen: tuple[tuple[str, str], ...]) -> list[Facet]:
    """Return the judges of which is chosen whatever they say."""
    known = {one.value for one in facets.judges}
    names = [value for key, value in chosen if key == "judge" and value not in known]
    return [Facet(one, f"{one}, whatever it says", facets.matching) for one in names]
