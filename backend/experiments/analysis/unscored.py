"""Which answers an evaluator failed to score: a judge that could not be understood, a model that refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.experiments.evaluators.base import Evaluator
from backend.experiments.node_types import ABSENT
from backend.experiments.types import CellStatus, Unscored

ENDED_WELL = CellStatus.DONE.value  # looked up for each of a hundred thousand cells otherwise


def unscored_of(
    cells: Sequence[tuple[Any, ...]], evaluators: Sequence[Evaluator], names: Sequence[str], baseline: int
) -> list[Unscored]:
    """Take cells as `matrices` does, and the names of the variants. A baseline is not compared with itself."""
    found, done = [], list[list[dict[str, Any]]]([] for _ in names)
    for cell in cells:
        if cell[3] == ENDED_WELL:
            done[cell[1]].append(cell[4])
    for one in evaluators:
        for at, name in enumerate(names):
            if one.needs_pairs and at == baseline:
                continue
            scores = [told.get(one.called) or {} for told in done[at]]
            if errors := [score["error"] for score in scores if score.get("error")]:
                # A node that is not there is there at no retry, and its verdict is not one that is missing.
                asks = one.asks and not any(score.get("label") == ABSENT for score in scores)
                found.append(Unscored(one.called, name, len(errors), len(scores), errors[0], asks=asks))
    return found
