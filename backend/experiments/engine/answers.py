"""What came of one cell, on its way into the record and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.experiments.models import ExperimentCellRow
from backend.experiments.types import HAS_UNPRICED


@dataclass(slots=True)
class Answer:
    """What came of one cell. `error` is empty where the answer is whole; `cost` counts failed tries too.

    `has_unpriced` where a model that was asked has no price, so that `cost` is not all that it took.
    """

    text: str = ""
    error: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    has_unpriced: bool = False
    latency_ms: float = 0.0
    tries: int = 1
    run_id: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    passages: list[dict[str, Any]] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)


def put_into(cell: ExperimentCellRow, answer: Answer) -> None:
    """Add what an answer says and cost to its cell."""
    cell.output, cell.run_id, cell.tries = answer.text, answer.run_id, cell.tries + answer.tries
    cell.tokens_in, cell.tokens_out = cell.tokens_in + answer.tokens_in, cell.tokens_out + answer.tokens_out
    cell.cost, cell.latency_ms = cell.cost + answer.cost, round(answer.latency_ms, 1)
    detail = dict(answer.detail)
    if answer.tool_calls:
        detail["tool_calls"] = answer.tool_calls
    if answer.has_unpriced or HAS_UNPRICED in cell.detail:
        detail[HAS_UNPRICED] = True
    if answer.passages:
        detail["passages"] = answer.passages
    cell.detail = storable(detail)


def kept_in(cell: ExperimentCellRow) -> Answer:
    """Return an answer that an earlier attempt paid for."""
    return Answer(
        text=cell.output,
        tokens_in=cell.tokens_in,
        tokens_out=cell.tokens_out,
        cost=cell.cost,
        has_unpriced=HAS_UNPRICED in cell.detail,
        latency_ms=cell.latency_ms,
        run_id=cell.run_id,
        tool_calls=cell.detail.get("tool_calls", []),
        passages=cell.detail.get("passages", []),
    )
