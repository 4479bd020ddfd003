"""What a trace cost, by the prices of the project's models, where it tells tokens and no money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from backend.conversations.reports import Told
from backend.conversations.tracing.turns import Traced

MILLION = 1_000_000
# Dollars for a million tokens in and out, by the name of a model.
Prices = Mapping[str, tuple[Decimal, Decimal]]


def priced(told: Traced, prices: Prices) -> Traced:
    """Return the same with costs, unless somebody told any."""
    if not prices or any(one.cost for one in told.messages):
        return told
    return replace(told, messages=tuple(_priced(one, prices) for one in told.messages))


def _priced(one: Told, prices: Prices) -> Told:
    name = one.model.lower()
    # A dated name is the model without its date: gpt-4o-2024-08-06 costs what gpt-4o costs.
    fitting = [known for known in prices if known and (name == known or name.startswith((f"{known}-", f"{known}@")))]
    if not fitting:
        return one
    into, out = prices[max(fitting, key=len)]
    return replace(one, cost=(one.tokens_in * into + one.tokens_out * out) / MILLION)
