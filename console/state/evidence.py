"""What a version or a move of a label says of the experiment that speaks for it."""

from __future__ import annotations

import re

from console import routes

EXPERIMENT_ID = re.compile(r"\bexp_[0-9a-f]{32}\b")
IN_BRACKETS = re.compile(rf"\s*\({EXPERIMENT_ID.pattern}\)")


def evidence_in(comment: str) -> str:
    """Return the address of the experiment that a comment names, empty where it names none."""
    named = EXPERIMENT_ID.search(comment)
    return routes.to(routes.EXPERIMENT, named[0]) if named else ""


def words_of(comment: str) -> str:
    """Return a comment as a person reads it, without the id in brackets: a link stands for that."""
    return IN_BRACKETS.sub("", comment).strip()
