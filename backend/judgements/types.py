"""What the rest of the house sees of judgements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.annotations.types import Each
from backend.conversations.types import Filters
from backend.experiments.types import Status

MAX_ITEMS = 5_000
DEFAULT_ITEMS = 200
MAX_NAME = 60
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class NewJudgement:
    """What somebody wishes to ask a judge: its settings are an evaluator's of the kind judge.

    It is asked of what a queue holds where one is named, else of what a live test drew, where it may be the judge that
    the test has (`judge` is empty then), else of these conversations, else of what the filters leave;
    `each` says whether of the whole or of each answer, and a queue says it itself. At most `most` items, the newest
    first. `budget` is in dollars, None without one. What this very judge has judged is left out unless `again`.
    """

    judge: Mapping[str, Any]
    each: Each = Each.CONVERSATION
    most: int = DEFAULT_ITEMS
    budget: Decimal | None = None
    queue_id: str = ""
    live_test_id: str = ""
    conversation_ids: tuple[str, ...] = ()
    filters: Filters = EVERYTHING
    again: bool = False


@dataclass(frozen=True, slots=True)
class JudgementPlan:
    """What it would do. Dollars and minutes are estimates by the size of some of the items.

    `num_known` items are left out: this very judge has judged them. `is_small` where a built-in model is asked, which
    is often wrong as a judge.
    """

    num_items: int
    num_known: int
    num_calls: int
    tokens_in: int
    cost: Decimal
    minutes: float
    over_budget: bool
    is_small: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """`version` tells one wording of the judge from another. `source` is the name of a queue, or how many were chosen.

    `num_gone` items were removed from the log. `cost` is in dollars. `status` says how far the job is.
    """

    id: str
    judge: str
    settings: dict[str, Any]
    version: str
    source: str
    queue_id: str
    status: Status
    num_items: int
    num_done: int
    num_failed: int
    num_running: int
    num_gone: int
    cost: Decimal
    budget: Decimal | None
    eta_seconds: float | None
    error: str
    hint: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    resumes_at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """An item of a judgement; `message_id` is empty where it is a whole conversation. `error` says why it failed."""

    number: int
    conversation_id: str
    message_id: str
    status: str
    error: str
    score: dict[str, Any]
    cost: Decimal
