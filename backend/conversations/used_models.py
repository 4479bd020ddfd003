"""The models of a conversation, kept in its row so that the filters count each of them without another table."""

from __future__ import annotations

BETWEEN = ", "
# All of a conversation: they stand in an index, of which Postgres takes 2,704 bytes a row.
MAX_CHARACTERS = 200


def models_in(text: str) -> list[str]:
    """Return the models that a row keeps; of a row without any, the one without a name."""
    return text.split(BETWEEN)


def models_text(*texts: str) -> str:
    """Return the models that several rows keep as one keeps them, in order of the alphabet, as many as it may."""
    kept = sorted({one for text in texts for one in models_in(text)} - {""})
    while len(text := BETWEEN.join(kept)) > MAX_CHARACTERS and len(kept) > 1:
        kept.pop()
    return text[:MAX_CHARACTERS]
