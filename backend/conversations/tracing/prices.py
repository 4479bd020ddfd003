"""What a trace cost, by the prices of the project's models, where it tells tokens and no money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from backend.conversations.reports import Told
from backend.conversations.span_types import SpanLine
from backend.conversations.tracing.turns import Traced

MILLION = 1_000_000
# Dollars for a million tokens in and out, by the name of a model.
Prices = Mapping[str, tuple[Decimal, Decimal]]
One = TypeVar("One", Told, SpanLine)


def priced(told: Traced, prices: Prices) -> Traced:
    """Return the same with costs, unless somebody told any."""
    if not prices or any(one.cost for one in told.messages):
        return told
    return replace(told, messages=tuple(_priced(one, prices) for one in told.messages))


def priced_lines(lines: Sequence[SpanLine], prices: Prices) -> list[SpanLine]:
    """Return spans with what they cost, as `priced` does for what they say: but those of a trace that tells any."""
    told = {line.span.trace_id for line in lines if line.cost}
    return [line if line.span.trace_id in told else _priced(line, prices) for line in lines]


def _priced(one: One, prices: Prices) -> One:
    name = one.model.lower()
    # A dated name is the model without its date: gpt-4o-2024-08-06 costs what gpt-4o costs.
    fitting = [known for known in prices if known and (name == known or name.startswith((f"{known}-", f"{known}@")))]
    if not fitting:
        return one
    into, out = prices[max(fitting, key=len)]
    return replace(one, cost=(one.tokens_in * into + one.tokens_out * out) / MILLION)
