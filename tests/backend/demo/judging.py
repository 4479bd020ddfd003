"""The fixed questions about the handbook, and when an answer counts as right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEEDED = 13


@dataclass(frozen=True)
class Question:
    """`facts` must all stand in the answer; a fact may name several wordings, of which one is enough."""

    text: str
    facts: tuple[tuple[str, ...], ...] = ()
    document: str = ""

    def is_answered_by(self, answer: str) -> bool:
        said = " ".join(answer.casefold().split())
        return all(any(wording.casefold() in said for wording in fact) for fact in self.facts)


@dataclass(frozen=True)
class Added:
    """A document that a person adds, with questions that it alone answers."""

    name: str
    text: str
    questions: tuple[Question, ...]


_values: dict[str, Any] = json.loads((Path(__file__).parent / "questions.json").read_text())


def _question(values: dict[str, Any]) -> Question:
    facts = tuple(tuple(fact.split("|")) for fact in values["facts"])
    return Question(values["question"], facts, values.get("document", ""))


ANSWERED = tuple(_question(values) for values in _values["answered"])
UNANSWERED = tuple(Question(text) for text in _values["unanswered"])
ADDED = Added(
    _values["added"]["name"],
    _values["added"]["text"],
    tuple(_question(values) for values in _values["added"]["questions"]),
)
