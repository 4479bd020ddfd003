"""Which wrong answers say what is expected, so that equality tells their form and not the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.evaluators.texts import HELD, Exact
from backend.experiments.types import CellStatus, FormOnly


def form_only_of(
    cells: Sequence[tuple[Any, ...]], evaluators: Sequence[Evaluator], names: Sequence[str]
) -> list[FormOnly]:
    """Take cells as `matrices` does, and the names of the variants. What was scored before this was kept has none."""
    found = []
    for one in evaluators:
        if not isinstance(one, Exact) or one.negate:
            continue
        for at, name in enumerate(names):
            scores = [cell[4].get(one.called) or {} for cell in cells if cell[1] == at and cell[3] == CellStatus.DONE]
            wrong = [score for score in scores if score.get("passed") is False]
            if held := sum(score.get("label") == HELD for score in wrong):
                found.append(FormOnly(one.called, name, held, len(wrong)))
    return found
