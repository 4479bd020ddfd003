"""How far the judges of an experiment agree with each other, and with people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.statistics.agreement import FEW, by_distance, cohens_kappa
from backend.experiments.statistics.agreement import Agreement as Kappa
from backend.experiments.types import Agreement

Scores = Sequence[dict[str, Any]]


def agreements_of(cells: Sequence[tuple[Any, ...]], evaluators: Sequence[Evaluator]) -> list[Agreement]:
    """Take cells as `matrices` does. Failed answers and those of a single judge say nothing here."""
    people = [one.called for one in evaluators if one.needs_person]
    found: list[Agreement] = []
    for one in evaluators:
        if not one.num_calls:
            continue
        scores = [score for cell in cells if (score := cell[4].get(one.called))]
        found += _together(one, scores)
        found += _each_two(one, scores)
        found += [told for human in people if (told := _with_people(one.called, human, cells, alone=len(people) == 1))]
    return found


def _with_people(judge: str, human: str, cells: Sequence[tuple[Any, ...]], *, alone: bool) -> Agreement | None:
    """Compare the marks of a judge with those of people; None where no answer has both."""
    pairs = [
        (judged["passed"], person["passed"])
        for cell in cells
        if (judged := cell[4].get(judge)) and (person := cell[4].get(human))
        if None not in (judged["passed"], person["passed"])
    ]
    name = f"{judge} and people" if alone else f"{judge} and people, {human}"
    if not pairs:
        return None
    return _told(name, cohens_kappa([ours for ours, _ in pairs], [theirs for _, theirs in pairs]))


def _told(name: str, found: Kappa) -> Agreement:
    """Give the interval where enough answers tell one: of a few it would claim to be certain."""
    known = found.interval if found.num_items >= FEW else None
    ends = (known.low, known.high) if known else (None, None)
    return Agreement(name, found.share_equal, found.kappa, found.num_items, *ends)


def _together(evaluator: Evaluator, scores: Scores) -> Iterator[Agreement]:
    """Give the mean over the answers of the share of pairs of judges that say the same."""
    shares = [score["agreement"] for score in scores if "agreement" in score]
    if shares:
        yield Agreement(evaluator.called, math.fsum(shares) / len(shares), None, len(shares))


def _each_two(evaluator: Evaluator, scores: Scores) -> Iterator[Agreement]:
    """Compare each two judges over the answers that both judged; older answers did not keep who said what.

    Numbers on a scale agree the less the further they lie apart, labels only where they are the same.
    """
    panels = [panel for score in scores if (panel := score.get("judges"))]
    names = [judge["model"] for judge in panels[0]] if panels else []
    for one, other in combinations(range(len(names)), 2):
        both = [(_said(panel[one]), _said(panel[other])) for panel in panels if len(panel) > other]
        known = [pair for pair in both if None not in pair]
        if not known:
            continue
        ours, theirs = [pair[0] for pair in known], [pair[1] for pair in known]
        scale, are_numbers = evaluator.scale, all(isinstance(said, float) for said in (*ours, *theirs))
        weight = by_distance(*scale) if are_numbers and scale else None
        name = f"{evaluator.called}: {names[one]} and {names[other]}"
        yield _told(name, cohens_kappa(ours, theirs, weight=weight))


def _said(judge: dict[str, Any]) -> Any:
    """Return a judge's label, or its number; None for no opinion and for words alone."""
    value = judge.get("value")
    return judge.get("label") or (None if value is None else float(value))
