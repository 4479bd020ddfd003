"""What a person is supposed to say to a text prompt, row by row, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# A row whose question the text reads, and one that has no question.
READ, ITSELF = "what the text reads", "the text itself"
MOST_NAMED = 5


def asked_words(of: Mapping[str, Sequence[int]]) -> str:
    """Return it for rows by number under the field that is asked; empty where the text reads the question of each."""
    if set(of) <= {READ}:
        return ""
    if len(of) == 1:
        field = next(iter(of))
        if field == ITSELF:
            return "the text itself is asked, for no row has a question beside it."
        return f"each row's {field} is asked, which the text does not read."
    # The rows that most are like need not be named.
    first, *rest = sorted(of.items(), key=lambda one: -len(one[1]))
    most = f"{len(first[1]):,} rows" if len(first[1]) > 1 else _rows(first[1])
    said = [f"{first[0]} in {most}", *(f"{field} in {_rows(numbers)}" for field, numbers in rest)]
    return f"what is asked differs, {', '.join(said)}."


def _rows(numbers: Sequence[int]) -> str:
    named = ", ".join(f"{one}" for one in numbers[:MOST_NAMED])
    if len(numbers) == 1:
        return f"row {named}"
    if len(numbers) <= MOST_NAMED:
        return f"rows {named}"
    return f"{len(numbers):,} rows ({named} and others)"
