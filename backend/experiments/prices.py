"""What an answer cost: nobody knows where its model has no price, and nought would win every comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol


class Used(Protocol):
    """What a call, or several, took."""

    @property
    def cost(self) -> Decimal: ...

    @property
    def tokens_in(self) -> int: ...

    @property
    def tokens_out(self) -> int: ...

    @property
    def has_unpriced(self) -> bool: ...


def priced(used: Used) -> Decimal | None:
    """Return the dollars, None where tokens of a model without a price were taken, be it one of several."""
    is_free = not used.cost and used.tokens_in + used.tokens_out
    return None if used.has_unpriced or is_free else used.cost
