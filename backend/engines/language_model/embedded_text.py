"""How the embedded model is asked, and what of its answer is believed.

It is a base model of 270 million parameters: it continues text. With llama.cpp's default template it only repeats the
question. Laid out as text, with worked examples that hold no numbers (it copies numbers from them) and with the eight
best sentences alone, the best one last, it says 14 of the 16 facts of the example's handbook; with whole passages 11.
Held against those sentences, it says all 16.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.engines.language_model.sentences import Sentence, coverage, ranked, stems
from backend.ports.grounding import GroundPassage

NUM_SENTENCES = 8
MAX_SENTENCE_CHARACTERS = 400
MAX_TEXT_CHARACTERS = 3_000
MAX_MESSAGE_CHARACTERS = 4_000
FEWEST_SHARED = 0.55
SUPPORTED = 0.75
AS_GOOD = 0.8
STOP = "\n"
# Numbers, and letters that stand for a kind: "grade C". The small words A and I at the start of a sentence do not.
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*|(?<=\w )[B-HJ-Z]\b|(?<=\w )A\b")
# The text is laid out here and not in the template, so that what the trace shows is what the model read.
TEMPLATE = "{{- bos_token -}}{{- messages[0].content -}}"
_GROUNDED = """\
Find the sentence of the text that answers the question and repeat it.

Text: The library lends books, records and films. Cards are made at the desk beside the entrance.
Question: Where are cards made?
Answer: Cards are made at the desk beside the entrance.

Text: The blue bus stops at the harbour. The red bus goes to the old station every morning. Dogs ride free.
Question: Where does the red bus go?
Answer: The red bus goes to the old station every morning.

Text: {text}
Question: {question}
Answer:"""
_FREE = """\
Answer each question with one short sentence.

Question: What colour is the sky on a clear day?
Answer: The sky is blue on a clear day.

Question: {question}
Answer:"""
OFF_THE_SOURCE = "No sentence of the passages that fits the question says what the model wrote."
POORER_FIT = "The model repeated a sentence that fits the question less well."
NOT_COVERED = "The passages share too few words with the question, so the model was not asked."


def framed(text: str, question: str) -> str:
    """Return what the model reads. A line break ends its answer, so each part stands on one line."""
    parts = {"text": _line(text), "question": _line(question[-MAX_MESSAGE_CHARACTERS:])}
    return (_GROUNDED if parts["text"] else _FREE).format(**parts)


def _line(text: str) -> str:
    return " ".join(text[:MAX_MESSAGE_CHARACTERS].split())


def is_covered(passages: Sequence[GroundPassage], question: str) -> bool:
    """Tell whether the passages speak of what is asked at all; else the model would make something up."""
    return coverage(passages, question) >= FEWEST_SHARED


def text_for(passages: Sequence[GroundPassage], question: str) -> tuple[str, list[Sentence]]:
    """Return the text that the model reads, and the sentences in it, best first."""
    best = [sentence for sentence in ranked(passages, question) if sentence.score > 0][:NUM_SENTENCES]
    shown = [sentence.text[:MAX_SENTENCE_CHARACTERS] for sentence in reversed(best)]
    return " ".join(shown)[-MAX_TEXT_CHARACTERS:], best


@dataclass(frozen=True, slots=True)
class Held:
    """The answer that stands, the number of its passage, and why it is not the model's own; empty where it is."""

    text: str
    number: int
    because: str = ""


def believed(said: str, best: Sequence[Sentence]) -> Held:
    """Return the answer that stands.

    What the model says is kept where one sentence holds most of its words and all of its numbers, and that sentence
    fits the question about as well as the best one. Otherwise the best sentence is quoted as it stands.
    """
    first = best[0]
    backing = [sentence for sentence in best if _supports(sentence, said)]
    for sentence in backing:
        if sentence.score >= AS_GOOD * first.score:
            return Held(said, sentence.number)
    return Held(first.text, first.number, POORER_FIT if backing else OFF_THE_SOURCE)


def _supports(sentence: Sentence, said: str) -> bool:
    words, numbers = stems(said), set(_NUMBER.findall(said))
    if len(words) < 2 and not numbers:  # noqa: PLR2004  # "Yes." says nothing that could be checked
        return False
    if not numbers <= set(_NUMBER.findall(sentence.text)):
        return False
    # A sentence with a number that the answer leaves out was asked for that number more often than not.
    if set(_NUMBER.findall(sentence.text)) and not numbers:
        return False
    return len(words & stems(sentence.text)) >= SUPPORTED * len(words)
