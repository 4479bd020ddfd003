"""A judge whose wording is not the same for all answers: scores of two versions of a rubric are not one metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.types import OVERALL

OTHER = "Another version of the judge scored this answer. Score the answers again, so that all are asked the same."


def alike(cells: Sequence[tuple[Any, ...]], evaluators: Sequence[Evaluator]) -> Sequence[tuple[Any, ...]]:
    """Return cells as `matrices` takes them, without the scores by other versions of a judge than most of them have.

    Such a score counts as one that failed: nothing is told better or worse, or passes, across two versions.
    """
    current: dict[str, str] = {}
    for one in (one for one in evaluators if one.calls_models):
        versions = [
            score["rubric_version"] for cell in cells if "rubric_version" in (score := cell[4].get(one.called, {}))
        ]
        if len(set(versions)) > 1:
            current[one.called] = max(sorted(set(versions)), key=versions.count)
    if not current:
        return cells
    return [(*cell[:4], _alike(cell[4], current), *cell[5:]) for cell in cells]


def _alike(scores: dict[str, Any], current: dict[str, str]) -> dict[str, Any]:
    others = [
        name for name, version in current.items() if scores.get(name, {}).get("rubric_version", version) != version
    ]
    kept = {name: score for name, score in scores.items() if not others or name != OVERALL}
    return {**kept, **{key: {"value": None, "passed": None, "error": OTHER} for key in others}}
