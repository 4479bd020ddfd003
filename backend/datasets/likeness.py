"""Find texts that are nearly the same among many, in any script, without comparing each with every other.

Two texts that are 90 % like each other share most of their runs of three letters, the rare ones too. So each is
compared with those alone that share some of its rarest runs, and not with every other: 10,000 rows have 50 million
pairs. Whoever needs it loads it late, for it stands on rapidfuzz.
"""

from __future__ import annotations

import time
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Indel

from backend.datasets.types import Alike

RUN = 3  # letters
LONG, LAPPING = 600, 300  # from which length on words are taken; the next letters have both
LONGEST_WORD = 20  # on the average: scripts without spaces have none
# Of a text with more runs a sample is taken, by a sum that every text has the same: what is alike samples alike.
MAX_RUNS = 512
# A run that one text alone has finds nothing; of the others so many are looked up, the rarest.
MAX_LOOKED_UP = 24
# Of a run that many have only the last are looked at: texts come in the order of the alphabet, these are the nearest.
MAX_HOLDERS = 64
MAX_COMPARED = 32
# To compare 60 rows of 20,000 characters took 4.7 s, and takes 0.07 s by so many of each.
LONGEST = 2_000


class Search:
    """Pairs of places of texts that are at least so alike, from 0 to 1, each with its first place behind.

    Of pairs only those are looked for of which one stands at `since` or behind it. Each text is named with the `most`
    that are most like it. The order is that of the places. Empty texts are like nothing.

    Of a text the first 2,000 characters are compared: longer ones are alike where these are and as long as each other.
    """

    def __init__(self, texts: Sequence[str], least: float, *, since: int = 0, most: int = 5) -> None:
        self._lengths, self._texts = [len(text) for text in texts], [text[:LONGEST] for text in texts]
        self._least, self._since, self._most = least, since, most
        self._found: dict[int, list[Alike]] = defaultdict(list)
        self._steps = self._walk()
        self.num_left = len(texts)

    def go_on(self, seconds: float) -> bool:
        """Compute for so long of this thread's own time; True where all is done."""
        until = time.thread_time() + seconds
        return all(time.thread_time() < until for _ in self._steps)

    def found(self) -> list[Alike]:
        return [one for place in sorted(self._found) for one in sorted(self._found[place], key=_best)[: self._most]]

    def _walk(self) -> Iterator[None]:
        """Stop for a breath behind each text; `num_left` are not compared then."""
        texts, seen = self._texts, Counter[str]()
        for text in texts:
            seen.update(_runs(text))
            yield
        holders: tuple[dict[str, deque[int]], ...]
        holders = tuple(defaultdict(lambda: deque(maxlen=MAX_HOLDERS)) for _ in range(2))
        for at in sorted(range(len(texts)), key=texts.__getitem__):
            shared, is_new = Counter[int](), at >= self._since
            looked_up = sorted([(seen[run], run) for run in _runs(texts[at]) if seen[run] > 1])[:MAX_LOOKED_UP]
            for _, run in looked_up:
                for of_them in holders if is_new else holders[1:]:
                    shared.update(of_them.get(run, ()))
                holders[is_new][run].append(at)
            for other in _most_shared(shared, len(looked_up), self._least):
                self._compare(at, other)
            self.num_left -= 1
            if self.num_left:
                yield

    def _compare(self, at: int, other: int) -> None:
        short, long = sorted((self._lengths[at], self._lengths[other]))
        if 2 * short < self._least * (short + long):
            return
        share = Indel.normalized_similarity(self._texts[at], self._texts[other], score_cutoff=self._least)
        if share >= self._least:
            self._found[max(at, other)].append(Alike(max(at, other), min(at, other), share))


def _most_shared(shared: Counter[int], num_looked_up: int, least: float) -> list[int]:
    """Return the texts to be compared: those that share a third of the runs that changes of single letters leave."""
    needed = max(1, int(num_looked_up * least**RUN / 3))
    enough = [(number, at) for at, number in shared.items() if number >= needed]
    enough.sort(reverse=True)
    return [at for _, at in enough[:MAX_COMPARED]]


def _best(one: Alike) -> tuple[float, int]:
    return -one.likeness, one.other


def _runs(text: str) -> set[str]:
    """Return runs of letters of a short text, words of a long one that has any, both where one ends and one begins."""
    words = set(text.split()) if len(text) >= LONG else set[str]()
    is_worded = len(words) * LONGEST_WORD > len(text)
    runs = words if is_worded else set[str]()
    if len(text) < LONG + LAPPING or not is_worded:
        runs = runs | {text[at : at + RUN] for at in range(max(1, len(text) - RUN + 1))}
    mask = 0
    while len(runs) > MAX_RUNS:
        mask = mask * 2 + 1
        runs = {run for run in runs if not zlib.crc32(run.encode(errors="replace")) & mask}
    return runs - {""}
