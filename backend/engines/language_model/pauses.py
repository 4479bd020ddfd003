"""How long to wait before asking again."""

from __future__ import annotations

import random

from backend.ports.language_model import Patience


def pause_before(number: int, retry_after: float | None, patience: Patience) -> float | None:
    """Return the seconds between attempt `number` (from 1) and the next; None where there is to be none.

    The server's Retry-After is obeyed, with a little on top so that waiting callers do not return in one instant;
    one that asks for longer than `longest_retry_after` ends the call. Without it, a random part of a doubling bound.
    """
    if number >= patience.attempts:
        return None
    if retry_after is None:
        bound = min(patience.longest_pause, patience.first_pause * 2 ** (number - 1))
        return random.uniform(bound / 4, bound)  # noqa: S311  # jitter needs no secrecy
    if retry_after > patience.longest_retry_after:
        return None
    return max(0.0, retry_after) + random.uniform(0, 0.1)  # noqa: S311
