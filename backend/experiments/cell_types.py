"""One answer of an experiment; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from backend.experiments.draft_types import CellStatus


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer. `scores` are by evaluator as `Score.as_json` writes them; `cost` has the `judge_cost` in it.

    `taken_over` where another experiment asked for it and paid what it cost beside the judges.
    """

    number: int
    row: int
    item_id: str
    variant: str
    repetition: int
    status: CellStatus
    output: str
    detail: dict[str, Any]
    scores: dict[str, dict[str, Any]]
    error: str
    run_id: str
    tries: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    latency_ms: float
    finished_at: datetime | None
    judge_cost: Decimal = Decimal(0)
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class OpenedCell:
    """One answer with what it was asked, which is not kept: it is rendered anew of the pinned version and the row.

    `messages` are (role, content) as a model got them, `given` what a flow got. `problem` says why they cannot be told.
    `tools` are the definitions that the model could call; `calls` those that it did call, with what they gave back.
    `judged` has for each score the questions that its judges were asked, message by message, rendered anew like them.
    """

    cell: Cell
    kind: Literal["prompt", "flow"]
    words: str
    model: str
    parameters: dict[str, Any]
    input: dict[str, Any] | None
    expected: Any
    given: dict[str, Any]
    messages: tuple[tuple[str, str], ...]
    tools: tuple[dict[str, Any], ...]
    calls: tuple[dict[str, Any], ...]
    problem: str
    judged: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)
