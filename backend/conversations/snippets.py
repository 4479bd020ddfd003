"""A piece of what was said around the words that a search found, with those told apart."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from backend.conversations.folding import folded
from backend.conversations.snippet_types import Piece
from backend.conversations.words import MAX_CHARACTERS, begins_words

BEFORE, LONGEST = 32, 160
WORD = re.compile(r"\S+")
# A longer word, such as a text of Chinese, is read in pieces: letters are placed one by one, which is slow.
PIECE = 200
# What follows a letter without being one for Unicode's own order: vowels of Hangul, and half-width voice marks.
HANGS_ON = re.compile("[\u1160-\u11ff\uff9e\uff9f]")
# They print nothing, and make other letters of those beside them: words of Persian and Hindi are written with them.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text or a piece of a long one, where it begins there, and how it is compared.

    `lead` is what stands between it and what is before it: nothing within a word.
    """

    text: str
    start: int
    folded: str
    lead: str = ""

    def letters(self) -> list[tuple[int, int]]:
        """Return for each folded letter from where to where in the text it came from."""
        if self.text.isascii():
            return [(self.start + at, self.start + at + 1) for at in range(len(self.text))]
        found, told = list[tuple[int, int]](), ""
        for begin, end in _clusters(self.text):
            letters = folded(self.text[begin:end])
            found += [(self.start + begin, self.start + end)] * len(letters)
            told += letters
        whole = (self.start, self.start + len(self.text))
        return found if told == self.folded else [whole] * len(self.folded)  # letters may join beside each other alone


def pieces_of(text: str, terms: Sequence[str]) -> tuple[Piece, ...]:
    """Return the surroundings of the first of the terms, all of them told apart; nothing where none stands there.

    `terms` are folded, as `terms_in` returns them.
    """
    text = text[:MAX_CHARACTERS]
    words = list(_words(text))
    line = "".join(one.lead + one.folded for one in words)
    first = (pattern := _pattern(terms)).search(line)
    if first is None:
        return ()
    since, until = _window(line, first)
    place, made = _Places(words), list[Piece]()
    done, cut = place.begin(since), "…" if since else ""
    for hit in pattern.finditer(line, first.start(), until):
        begin = max(done, place.begin(hit.start()))
        made.append(Piece(cut + text[done:begin]))
        done, cut = max(begin, place.end(hit.end())), ""
        made.append(Piece(text[begin:done], is_hit=True))
    made.append(Piece(text[done : place.end(until)] + ("…" if until < len(line) else "")))
    return tuple(_in_one_line(made))


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of which anything is compared, long ones in pieces; letters stay with the marks on them."""
    lead = ""
    for word in WORD.finditer(text):
        begin, behind = word.span()
        is_any = False
        while begin < behind:
            end = min(begin + PIECE, behind)
            while end < behind and (unicodedata.category(text[end])[0] == "M" or HANGS_ON.match(text[end])):
                end += 1
            if letters := folded(text[begin:end]):
                yield _Word(text[begin:end], begin, letters, "" if is_any else lead)
                is_any = True
            begin = end
        lead = " " if is_any or lead else ""


def _pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Return what finds the terms; one or two letters only begin words, as in the search."""
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile("|".join((r"(?<!\w)" if begins_words(one) else "") + re.escape(one) for one in longest_first))


def _window(line: str, first: re.Match[str]) -> tuple[int, int]:
    """Return from where to where the line is told: between words where there are any."""
    since = max(0, first.start() - BEFORE)
    if since:
        since = line.find(" ", since, first.start()) + 1 or since
    until = max(since + LONGEST, first.end())
    if until >= len(line):
        return since, len(line)
    between = line.rfind(" ", first.end(), until + 1)
    return since, between if between > since + LONGEST // 2 else until


class _Places:
    """From a place in the folded line to one in the text."""

    def __init__(self, words: Sequence[_Word]) -> None:
        self._words = words
        ends = accumulate(len(one.lead) + len(one.folded) for one in words)
        self._starts = [end - len(one.folded) for end, one in zip(ends, words, strict=True)]
        self._letters: dict[int, list[tuple[int, int]]] = {}

    def begin(self, place: int) -> int:
        return self._letter(place)[0]

    def end(self, place: int) -> int:
        """Return where the letter before the place ends."""
        return self._letter(place - 1)[1]

    def _letter(self, place: int) -> tuple[int, int]:
        at = bisect_right(self._starts, place) - 1
        word = self._words[at]
        if at not in self._letters:
            self._letters[at] = word.letters()
        behind = word.start + len(word.text)
        letters, place = self._letters[at], place - self._starts[at]
        return letters[place] if place < len(letters) else (behind, behind)  # the space behind it


def _clusters(word: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where each letter goes with the marks that stand on it."""
    begin = 0
    for at in range(1, len(word) + 1):
        if at == len(word) or not (unicodedata.combining(word[at]) or HANGS_ON.match(word[at])):
            yield begin, at
            begin = at


def _in_one_line(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces that hold anything, with one space between words and nothing that does not print."""
    for one in pieces:
        shown = "".join(c if c.isprintable() or c in JOINERS else " " for c in one.text)
        if text := re.sub(" +", " ", shown):
            yield Piece(text, one.is_hit)
