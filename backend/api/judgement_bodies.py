"""The shapes of judgements over REST."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backend.annotations.types import Each
from backend.api.bodies import Strict
from backend.api.experiment_bodies import Budget, plain
from backend.conversations.types import Filters
from backend.judgements.types import DEFAULT_ITEMS, MAX_ITEMS, JudgedItem, Judgement, JudgementPlan, NewJudgement


class NewJudgementBody(Strict):
    """`judge` has the settings of an evaluator of the kind judge, with a name under which its scores stand.

    It is asked about a queue, about a live test, or about `conversation_ids`, else about what the filters in the
    address leave: `each` conversation as a whole, or each answer. What this very judge has judged is left out unless
    `again`. About a live test `judge` may be left out: the test's own is asked.
    """

    judge: dict[str, Any] = Field(default={})
    each: Each = Each.CONVERSATION
    most: int = Field(default=DEFAULT_ITEMS, ge=1, le=MAX_ITEMS)
    budget: Budget | None = None
    queue_id: str = ""
    live_test_id: str = ""
    conversation_ids: list[str] = Field(default=[], max_length=MAX_ITEMS)
    again: bool = False

    def wish(self, filters: Filters) -> NewJudgement:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return NewJudgement(**{**given, "conversation_ids": tuple(self.conversation_ids), "filters": filters})


class PlanBody(BaseModel):
    """Estimates by the size of some of the items; `cost` in dollars. `is_small` where a built-in model is asked."""

    num_items: int
    num_known: int
    num_calls: int
    tokens_in: int
    cost: float
    minutes: float
    over_budget: bool
    is_small: bool

    @classmethod
    def of(cls, plan: JudgementPlan) -> PlanBody:
        return cls(**{name: getattr(plan, name) for name in cls.model_fields})


class JudgementBody(BaseModel):
    """`version` tells one wording of the judge from another; `num_gone` items were removed from the log since."""

    id: str
    judge: str
    settings: dict[str, Any]
    version: str
    source: str
    queue_id: str
    status: str
    num_items: int
    num_done: int
    num_failed: int
    num_running: int
    num_gone: int
    cost: float
    budget: float | None
    eta_seconds: float | None
    error: str
    hint: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    resumes_at: datetime | None

    @classmethod
    def of(cls, one: Judgement) -> JudgementBody:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class JudgementList(BaseModel):
    judgements: list[JudgementBody]
    next: str | None


class ItemList(BaseModel):
    """Each item has `number`, `conversation_id`, `message_id` (empty for the whole), `status`, `error` and `score`."""

    items: list[dict[str, Any]]
    next: str | None


class ScoreList(BaseModel):
    """`message_id` is empty for the whole conversation; `is_old` where somebody spoke in it since."""

    scores: list[dict[str, Any]]


def item_body(one: JudgedItem) -> dict[str, Any]:
    told: dict[str, Any] = plain(asdict(one))
    return {**told, "cost": float(one.cost)}
