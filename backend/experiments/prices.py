"""What an answer cost: nobody knows where its model has no price, and nought would win every comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol


class Used(Protocol):
    """What a call, or several, took."""

    @property
    def cost(self) -> Decimal: ...

    @property
    def has_unpriced(self) -> bool: ...


def priced(used: Used) -> Decimal | None:
    """Return the dollars, None where tokens of a model without a price were taken, be it one of several."""
    return None if used.has_unpriced else used.cost
