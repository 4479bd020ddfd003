"""What it costs to compare meanings: an embedding model is paid like a judge, for what it reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import fmean
from typing import Any

from backend.experiments.evaluators.base import as_text
from backend.experiments.outside import Outside, Row
from backend.operator import Operator
from backend.prompts.types import estimated_tokens
from backend.providers.types import MILLION

SIMILARITY = "similarity"


async def price_of(outside: Outside, operator: Operator, reference: str) -> Decimal:
    """Return the dollars that a token costs; nought for the model that ships with the product."""
    models = await outside.models.list_embedding_models(operator)
    return next((one.input_price for one in models if one.reference == reference), Decimal(0)) / MILLION


async def planned(
    outside: Outside, operator: Operator, evaluators: Sequence[Any], rows: Sequence[Row], answer_tokens: float
) -> tuple[float, Decimal]:
    """Return tokens and dollars of what one answer's evaluators embed: nothing of models that cost nothing."""
    tokens, cost = 0.0, Decimal(0)
    for one in evaluators:
        if one.kind != SIMILARITY:
            continue
        if price := await price_of(outside, operator, one.model or outside.default_embedder):
            expected = fmean([estimated_tokens(as_text(row.expected)) for row in rows] or [0])
            tokens += answer_tokens + expected
            cost += price * round(answer_tokens + expected)
    return tokens, cost


async def unpriced_embedders(outside: Outside, operator: Operator, evaluators: Sequence[Any]) -> list[str]:
    """Return the embedding models that these evaluators ask and for which no price is entered."""
    asked = {one.model or outside.default_embedder for one in evaluators if one.kind == SIMILARITY}
    models = await outside.models.list_embedding_models(operator) if asked else ()
    return [one.reference for one in models if one.reference in asked and not one.is_built_in and not one.input_price]
