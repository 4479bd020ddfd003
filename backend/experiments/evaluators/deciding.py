"""Which evaluator may end an experiment early."""

from __future__ import annotations

from collections.abc import Sequence

from backend.experiments.evaluators.base import Evaluator


def decider(evaluators: Sequence[Evaluator]) -> Evaluator | None:
    """Return the first that scores each answer by itself and at once; None where it is read as a percentile.

    Only of a mean there is an interval that may be looked at after every row.
    """
    first = next((one for one in evaluators if not one.needs_person and not one.needs_pairs), None)
    return first if first is not None and first.statistic == "mean" else None
