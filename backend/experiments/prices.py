"""What an answer cost: nobody knows where its model has no price, and nought would win every comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from backend.ports.language_model import ModelEndpoint

# They run with the product: nobody is paid for them.
BUILT_IN = frozenset({"embedded", "scripted"})


class Used(Protocol):
    """What a call, or several, took."""

    @property
    def cost(self) -> Decimal: ...

    @property
    def tokens_in(self) -> int: ...

    @property
    def tokens_out(self) -> int: ...


def priced(used: Used) -> Decimal | None:
    """Return the dollars, None where tokens of a model without a price were taken."""
    return None if not used.cost and used.tokens_in + used.tokens_out else used.cost


def lacks_price(endpoint: ModelEndpoint) -> bool:
    """Say whether what this model takes is paid for at a price that nobody entered."""
    return endpoint.kind not in BUILT_IN and not (endpoint.input_price or endpoint.output_price)
