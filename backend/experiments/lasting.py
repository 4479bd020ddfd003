"""How long an experiment takes, before it runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend.experiments.types import Draft


def minutes_of(draft: Draft, phases: Sequence[tuple[int, float]], in_turn: float, num_calls: int) -> float:
    """Return how long it takes: answers with their judges in rounds of so many at once, then the pairs.

    `phases` are how many there are and the seconds of all. One answer takes its whole time, whatever goes beside it.
    `in_turn` are the seconds of all that the embedded model does, one after the other; others are asked beside it.
    """
    rounds = [math.ceil(number / draft.concurrency) * seconds / number for number, seconds in phases if number]
    by_pace = (sum(rounds) + in_turn if draft.concurrency == 1 else max(sum(rounds), in_turn)) / 60
    return max(by_pace, num_calls / draft.requests_per_minute) if draft.requests_per_minute else by_pace
