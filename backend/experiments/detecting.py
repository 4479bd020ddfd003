"""What difference so many rows can show, before any of them is asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from backend.experiments.statistics.power import detectable_difference

ALPHA = 0.05
# Of ten rows three flip between two variants, as it is in the field's comparisons of near relatives.
FLIPPING = math.sqrt(0.3)
# A score on a scale differs from row to row by about a quarter of it.
SPREAD = 0.25


def smallest_difference(
    evaluators: Sequence[Any], num_rows: int, repetitions: int, num_questions: int
) -> tuple[float | None, str, bool]:
    """Return the smallest difference that the first metric on a scale can show, its name, and whether it is a share.

    By the hardest share of 5 % that Holm's correction of so many questions may leave it.
    """
    first = next((one for one in evaluators if one.scale is not None and not one.needs_person), None)
    if first is None or not num_rows:
        return None, "", False
    low, high = first.scale
    is_share = (low, high) == (0.0, 1.0)
    deviation = FLIPPING if is_share else SPREAD * (high - low)
    # Repetitions take the noise of the answers out and leave that of the rows; half is a cautious share.
    deviation *= math.sqrt((1 + 1 / repetitions) / 2)
    return min(detectable_difference(deviation, num_rows, ALPHA / num_questions), high - low), first.called, is_share
