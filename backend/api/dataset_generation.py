"""Rows that a model writes, over REST: look at them, then add those that are good."""

from __future__ import annotations

from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.dataset_bodies import Strict
from backend.api.dataset_files import LINES, told
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.datasets.generation_types import WARMTH, Candidate, RowsPlan, RowsWish, WrittenRows
from backend.mapped_tables import Progress
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api/datasets/{dataset_id}", tags=["datasets"], route_class=IdempotentRoute)
Writer = Annotated[Operator, allowed(Permission.DATASETS_EDIT)]
Budget = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=18, decimal_places=9)]


class RowsWishBody(Strict):
    """`about` says what the rows are, `rows` are numbers of those to go by; one of the two is needed.

    `columns` are the fields of the input, those of the rows there are where none is named. `model` is
    "provider:model", the project's default where it is left out. `budget` is in dollars.
    """

    about: str = ""
    rows: list[int] = Field(default_factory=list)
    columns: list[str] = Field(default_factory=list)
    number: int = 10
    model: str = ""
    temperature: float = Field(default=WARMTH, allow_inf_nan=False)
    with_expected: bool = True
    budget: Budget | None = None

    def wish(self) -> RowsWish:
        return RowsWish(
            self.about,
            tuple(dict.fromkeys(self.rows)),
            tuple(self.columns),
            self.number,
            self.model.strip(),
            self.temperature,
            self.with_expected,
            self.budget,
        )


class CandidateBody(BaseModel):
    """A row that was written and is not kept; with `problems` it cannot be added.

    `likeness` is 0 where it is like none, 1 where its input is that of row `like`; `like` is 0 for one further up.
    """

    input: dict[str, Any]
    expected_output: Any
    problems: list[str]
    like: int
    likeness: float

    @classmethod
    def of(cls, one: Candidate) -> CandidateBody:
        return cls(
            input=dict(one.item.input),
            expected_output=one.item.expected_output,
            problems=[*one.problems],
            like=one.like,
            likeness=round(one.likeness, 4),
        )


@router.post("/generate", response_class=StreamingResponse)
async def generate_rows(
    operator: Writer, dataset_id: str, wish: RowsWishBody, *, dry_run: bool = False
) -> StreamingResponse:
    """Let a model write rows, or with `dry_run` tell what that would cost. Nothing is kept.

    The answer is lines of JSON, as of `/import`: stages, then `{"result": ...}`. Rows that are good are added with
    `POST /items?generated_by=&generated_from=`, which takes `model` and each of `generated_from` of the result.
    """
    datasets = services().datasets
    await datasets.get(operator, dataset_id)

    async def work(progress: Progress) -> dict[str, Any]:
        if dry_run:
            return _plan(await datasets.plan_rows(operator, dataset_id, wish.wish()))
        return _written(await datasets.write_rows(operator, dataset_id, wish.wish(), progress))

    return StreamingResponse(told(work, AsyncExitStack()), media_type=LINES, headers={"Cache-Control": "no-store"})


def _plan(plan: RowsPlan) -> dict[str, Any]:
    return {
        "model": plan.model,
        "columns": [*plan.columns],
        "num_calls": plan.num_calls,
        "tokens_in": plan.tokens_in,
        "tokens_out": plan.tokens_out,
        "cost": float(plan.cost),
        "most": float(plan.most),
        "num_affordable": plan.num_affordable,
    }


def _written(found: WrittenRows) -> dict[str, Any]:
    return {
        "model": found.model,
        "rows": [CandidateBody.of(one).model_dump(mode="json") for one in found.rows],
        "tokens_in": found.tokens_in,
        "tokens_out": found.tokens_out,
        "cost": float(found.cost),
        "stopped": found.stopped,
        "num_left": found.num_left,
        "generated_from": [*found.generated_from],
    }
