"""Which words a text is found by, and what a search asks for.

The databases' own indices do not serve here: those of three signs find no Chinese word, which has two as a rule; those
of words find no part of a German compound; and Postgres uses neither behind the wall between tenants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.conversations.folding import folded

# Scripts that put no space between words: Thai, Lao, Tibetan, Burmese, Khmer, Japanese and Chinese.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}\\s]+")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
PHRASE = re.compile(r'"([^"]+)"')
# A longer word, such as a coded picture, is cut into pieces that overlap by half: any part of HALF signs is found.
LONGEST = 96
HALF = LONGEST // 2
SHORTEST_PART = 3
MAX_CHARACTERS = 50_000
MAX_PIECES = 12


def words_of(text: str) -> set[str]:
    """Return the words of a folded text: of unspaced scripts each pair of signs, of others what stands between spaces.

    What stands behind the first 50,000 characters of a message is not found.
    """
    words: set[str] = set()
    for run in RUNS.findall(text[:MAX_CHARACTERS]):
        if IS_UNSPACED.match(run):
            words.update(_pairs(run))
        elif len(run) <= LONGEST and run.isalnum():  # nearly all
            words.add(run)
        else:
            words.update(_cut(EDGES.sub("", run)))
    words.discard("")
    return words


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for place in range(len(run) - 1):
        yield run[place : place + 2]


def _cut(word: str) -> Iterator[str]:
    if len(word) <= LONGEST:
        yield word
        return
    for place in range(0, len(word) - HALF, HALF):
        yield word[place : place + LONGEST]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a conversation must hold: `whole` words, words that `begin` so, words with such a `part`; all of them.

    `said` must stand so, letter by letter, in one of its messages: what the words alone do not tell.
    """

    whole: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    pieces: tuple[str, ...] = field(default=())

    @property
    def has_words(self) -> bool:
        return bool(self.whole or self.begins or self.parts)


def wanted_in(text: str) -> Wanted:
    """Read a search: pieces between spaces, each to be found anywhere; what stands in quotes, as it stands there."""
    line = folded(text)
    phrases = [phrase.strip() for phrase in PHRASE.findall(line) if phrase.strip()]
    pieces = PHRASE.sub(r" \1 ", line).split()[:MAX_PIECES]
    whole, begins, parts, said = set[str](), set[str](), set[str](), set(phrases)
    for piece in pieces:
        runs = RUNS.findall(piece)
        exact = len(runs) == 1
        for run in runs:
            if IS_UNSPACED.match(run):
                (parts if len(run) == 1 else whole).update(_pairs(run))
                exact = exact and len(run) <= 2  # noqa: PLR2004  # a pair of signs
                continue
            word = EDGES.sub("", run)
            exact = exact and word == run and len(word) <= HALF
            if len(word) >= SHORTEST_PART:
                parts.add(word[:HALF])
            elif word and word == run and len(runs) == 1:
                begins.add(word)
        if not exact:
            said.add(piece)
    return Wanted(tuple(sorted(whole)), tuple(sorted(begins)), tuple(sorted(parts)), tuple(sorted(said)), tuple(pieces))


def terms_in(text: str) -> tuple[str, ...]:
    """Return what of a search is marked where it stands: what is in quotes as a whole, and the pieces beside it."""
    line = folded(text)
    phrases = [phrase.strip() for phrase in PHRASE.findall(line) if phrase.strip()]
    return tuple(dict.fromkeys((*phrases, *PHRASE.sub(" ", line).split()[:MAX_PIECES])))


def begins_words(term: str) -> bool:
    """Tell whether a search finds a term only where a word begins with it: one or two letters stand everywhere."""
    return len(term) < SHORTEST_PART and term.isalnum() and not IS_UNSPACED.match(term)
