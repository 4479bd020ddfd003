"""Evaluators of how much of the expected text an answer has: Levenshtein, ROUGE, BLEU.

ROUGE and BLEU stand here as their formulas: the packages bring NLTK and a model of stems along for forty lines of
counting. The tests hold them to `rouge-score` and `sacrebleu`.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from rapidfuzz.distance import LCSseq, Levenshtein
from rapidfuzz.process import cdist

from backend.errors import InvalidInput
from backend.experiments.evaluators.base import MAX_CHARACTERS, Case, Evaluator, Help, Score, as_text, shortened

MAX_ORDER = 4
MAX_REFERENCES = 100
# A run of letters and digits; writing without blanks between words is counted by its characters.
_UNBROKEN = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNBROKEN}]|[^\W_{_UNBROKEN}]+")
# The tokenisation "13a" of the WMT shared tasks, as sacrebleu does it.
_SYMBOLS = (
    (re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])"), r" \1 "),
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)


class LevenshteinDistance(Evaluator):
    """How alike the letters are: 1 is equal, 0 has nothing in common; `normalised: false` counts edits."""

    kind: ClassVar[str] = "levenshtein"
    normalised: bool = True

    def model_post_init(self, _context: Any, /) -> None:
        if not self.normalised and "direction" not in self.model_fields_set:
            object.__setattr__(self, "direction", "lower")

    @property
    def scale(self) -> tuple[float, float] | None:
        return (0.0, 1.0) if self.normalised else None

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        other = shortened(as_text(case.expected).strip())
        how, best = (Levenshtein.normalized_similarity, max) if self.normalised else (Levenshtein.distance, min)
        found = [await asyncio.to_thread(beside_others, how, shortened(one.strip()), other) for one in case.readings]
        return Score(float(best(found)))


class Rouge(Evaluator):
    """ROUGE-1, -2 or -L (Lin 2004): the F-measure of shared words, pairs of words, or the longest common order."""

    kind: ClassVar[str] = "rouge"
    variant: Literal["1", "2", "L"] = "L"

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        references = _references(case.expected)
        found = [await asyncio.to_thread(_best_rouge, one, references, self.variant) for one in case.readings]
        return Score(max(found))


class Bleu(Evaluator):
    """BLEU of one answer (Papineni 2002) with exponential smoothing, between 0 and 1."""

    kind: ClassVar[str] = "bleu"
    max_order: int = Field(default=MAX_ORDER, ge=1, le=MAX_ORDER)

    async def measure(self, case: Case, aid: Help) -> Score:  # noqa: ARG002
        references = _references(case.expected)
        return Score(max([await asyncio.to_thread(bleu, one, references, self.max_order) for one in case.readings]))


def _references(expected: Any) -> list[str]:
    if isinstance(expected, dict) and len(expected) == 1:
        expected = next(iter(expected.values()))
    if not isinstance(expected, list):
        return [shortened(as_text(expected))]
    if len(expected) > MAX_REFERENCES:
        raise InvalidInput(f"A row has at most {MAX_REFERENCES} references, not {len(expected):,}.")
    texts = [as_text(one) for one in expected]
    if sum(len(text) for text in texts) > MAX_CHARACTERS:
        raise InvalidInput(f"The references of a row have at most {MAX_CHARACTERS:,} characters together.")
    return texts


def _best_rouge(answer: str, references: Sequence[str], variant: str) -> float:
    return max((rouge(answer, one, variant) for one in references), default=0.0)


def rouge(answer: str, reference: str, variant: str) -> float:
    given, wanted = words(shortened(answer)), words(reference)
    if variant == "L":
        shared = int(beside_others(LCSseq.similarity, given, wanted))
        return _f_measure(shared, len(given), len(wanted))
    size = int(variant)
    mine, theirs = _grams(given, size), _grams(wanted, size)
    return _f_measure((mine & theirs).total(), mine.total(), theirs.total())


def beside_others(how: Callable[..., float], one: Sequence[Any], other: Sequence[Any]) -> float:
    """Return what `how` says of two texts or lists. Called by itself it holds all threads, for long texts a minute."""
    return float(cdist([one], [other], scorer=how, dtype=np.float64)[0, 0])


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _f_measure(shared: int, num_given: int, num_wanted: int) -> float:
    if not shared:
        return 0.0
    precision, recall = shared / num_given, shared / num_wanted
    return 2 * precision * recall / (precision + recall)


def bleu(answer: str, references: Sequence[str], max_order: int = MAX_ORDER) -> float:
    """Return sentence BLEU: orders that the answer is too short for do not count."""
    given, wanted = _tokens(shortened(answer)), [_tokens(one) for one in references]
    if not given or not any(wanted):
        return 0.0
    logarithms, smoothing = [], 1.0
    for order in range(1, min(max_order, len(given)) + 1):
        mine = _grams(given, order)
        theirs: Counter[tuple[str, ...]] = Counter()
        for tokens in wanted:
            theirs |= _grams(tokens, order)
        hits, total = (mine & theirs).total(), mine.total()
        if order == 1 and not hits:
            return 0.0
        if not hits:
            smoothing *= 2
            logarithms.append(math.log(1 / (smoothing * total)))
        else:
            logarithms.append(math.log(hits / total))
    closest = min((abs(len(one) - len(given)), len(one)) for one in wanted)[1]
    brevity = min(0.0, 1 - closest / len(given))
    return math.exp(brevity + sum(logarithms) / len(logarithms))


def _tokens(text: str) -> list[str]:
    text = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for written, meant in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(written, meant)
    text = f" {text} "
    for pattern, spaced in _SYMBOLS:
        text = pattern.sub(spaced, text)
    return text.split()


def _grams(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))
