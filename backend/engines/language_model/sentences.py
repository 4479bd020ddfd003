"""Which sentence of some passages answers a question best, by the words that they share."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backend.ports.grounding import GroundPassage

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_TRIM = "-*|> \t"
_COMMON_WORDS = """
a an and are as at be by can do does for from has have how i if in is it its long many may me much my of on or our
should that the their there they this to was we what when where which who why will with within you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ENDINGS = ("ing", "ies", "es", "ed", "s", "y", "e")
_SHORTEST_STEM = 3
_FEWEST_WORDS = 3
_OF_HEADING = 0.5
# "Only the caretaker may lend it" says of the key what the sentence before it names.
_OF_BEFORE = 0.5
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their|this|these|he|she|him|her)\b", re.IGNORECASE)
_LATER_PASSAGE = 0.05


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the number of its passage, where it stands among all, and how well it fits the question."""

    text: str
    number: int
    place: int
    score: float


def ranked(passages: Sequence[GroundPassage], question: str) -> list[Sentence]:
    """Return the sentences of all passages, the best first.

    A shared word counts the more the rarer it is; one in the passage's heading counts half, and so does one in the
    sentence before where this one points back to it. Of equals the one in the earlier passage wins, because passages
    come in the order of the search.
    """
    found = [
        (order, passage, text.strip(_TRIM))
        for order, passage in enumerate(passages)
        for text in _SENTENCE.split(passage.text)
        if len(_WORD.findall(text)) >= _FEWEST_WORDS and not text.lstrip().startswith("#")
    ]
    spread = Counter(stem for _, passage, text in found for stem in stems(f"{text} {passage.source}"))
    asked = stems(question)

    def weight(shared: set[str]) -> float:
        return sum(math.log(1 + len(found) / spread[stem]) for stem in shared)

    sentences = []
    before: tuple[int, set[str]] = (-1, set())
    for place, (order, passage, text) in enumerate(found):
        inside = asked & stems(text)
        meant = before[1] - inside if before[0] == order and _POINTS_BACK.search(text) else set()
        above = (asked & stems(passage.source)) - inside - meant
        score = weight(inside) + _OF_BEFORE * weight(meant) + _OF_HEADING * weight(above) - _LATER_PASSAGE * order
        sentences.append(Sentence(text, passage.number, place, score if inside or above else 0.0))
        before = order, inside
    return sorted(sentences, key=lambda sentence: -sentence.score)


def coverage(passages: Sequence[GroundPassage], question: str) -> float:
    """Return the share of the question's words, 0 to 1, that the fullest passage and its heading hold."""
    asked = stems(question)
    held = [len(asked & stems(f"{passage.source} {passage.text}")) for passage in passages]
    return max(held, default=0) / len(asked) if asked else 0.0


def stems(text: str) -> set[str]:
    """Return the rarer words of `text`, without the endings that a question changes."""
    return {_stem(word) for word in _WORD.findall(text.lower()) if word not in _COMMON}


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
