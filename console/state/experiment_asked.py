"""What an experiment asks and scores, in words: before any verdict stands, and where it asks for no answers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.experiments.types import Experiment, kind_of, numbered
from console.state import formats

SCORES_OLDER = (
    "It scores older answers again: where a prompt or flow has to pass an experiment first, this one does not count."
)


@dataclass(frozen=True)
class AskedLine:
    """A variant as it runs, where no verdict stands yet."""

    name: str
    words: str
    is_baseline: bool


def asked_lines(found: Experiment) -> list[AskedLine]:
    return [AskedLine(one.name, one.words, one.name == found.baseline) for one in found.pinned]


def asked_words(found: Experiment) -> str:
    """Say of how many rows, how often, and by which evaluators: "24 rows, 3 times each, scored by exact and regex"."""
    of = found.draft
    often = f", {of.repetitions} times each" if of.repetitions > 1 else ""
    named = numbered(str(one.get("name") or kind_of(one)) for one in of.evaluators)
    return f"{formats.counted(found.num_rows, 'row')}{often}{f', scored by {formats.listed(named)}' if named else ''}"


def scoring_words(found: Experiment) -> str:
    """Say what it cost to score answers that were there already; empty where it asked for its own."""
    cost = found.progress.judge_cost
    said = f"Scoring cost {formats.money(cost)}" if cost else "Scoring cost nothing"
    return f"{said}{' so far' if found.status.is_open else ''}." if found.draft.answers_of else ""
