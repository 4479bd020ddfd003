"""The log in figures over REST: sums, shares and percentiles over time, split by what the log can be filtered by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from backend.api.access import allowed
from backend.api.conversation_search import filters_of
from backend.bootstrap import services
from backend.conversations.facet_types import MAX_NAME
from backend.conversations.figure_types import Dashboard, Figures, FigureWish, Split, Step
from backend.conversations.types import Filters
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api", tags=["conversations"])
Reader = Annotated[Operator, allowed(Permission.CONVERSATIONS_READ)]


class FiguresBody(BaseModel):
    """Sums; times in ms to two digits, shares from 0 to 1, null where nothing tells them.

    `cost` is without the `num_unpriced` that took tokens of a model for which no price is entered.
    """

    num_conversations: int
    num_turns: int
    num_failed: int
    failed_share: float | None
    cost: Decimal
    num_unpriced: int
    tokens_in: int
    tokens_out: int
    latency_p50: int | None
    latency_p95: int | None
    latency_p99: int | None
    num_rated: int
    liked_share: float | None
    satisfaction: float | None
    num_judged: int
    completed_share: float | None

    @classmethod
    def of(cls, figures: Figures) -> FiguresBody:
        return cls(
            num_conversations=figures.num,
            num_turns=figures.num_turns,
            num_failed=figures.num_failed,
            failed_share=figures.failed_share,
            cost=figures.cost,
            num_unpriced=figures.num_unpriced,
            tokens_in=figures.tokens_in,
            tokens_out=figures.tokens_out,
            latency_p50=figures.p50,
            latency_p95=figures.p95,
            latency_p99=figures.p99,
            num_rated=figures.num_rated,
            liked_share=figures.liked_share,
            satisfaction=figures.satisfaction,
            num_judged=figures.num_judged,
            completed_share=figures.completed_share,
        )


class PointBody(BaseModel):
    since: datetime
    until: datetime
    figures: FiguresBody


class LineBody(BaseModel):
    """`value` is what the filter of the same name takes."""

    value: str
    name: str
    figures: FiguresBody
    points: list[PointBody]


class DashboardBody(BaseModel):
    """`before` sums up as long a time before; of `num_lines` lines those with the most conversations are told."""

    since: datetime
    until: datetime
    figures: FiguresBody
    before: FiguresBody
    lines: list[LineBody]
    num_lines: int

    @classmethod
    def of(cls, found: Dashboard) -> DashboardBody:
        return cls(
            since=found.since,
            until=found.until,
            figures=FiguresBody.of(found.whole),
            before=FiguresBody.of(found.before),
            lines=[
                LineBody(
                    value=line.value,
                    name=line.name,
                    figures=FiguresBody.of(line.figures),
                    points=[
                        PointBody(since=point.since, until=point.until, figures=FiguresBody.of(point.figures))
                        for point in line.points
                    ],
                )
                for line in found.lines
            ],
            num_lines=found.num_lines,
        )


@router.get("/conversation-figures")
async def conversation_figures(
    *,
    operator: Reader,
    filters: Annotated[Filters, Depends(filters_of)],
    split: Split = Split.NONE,
    step: Step = Step.DAY,
    zone: Annotated[str, Query(max_length=64)] = "UTC",
    key: Annotated[str, Query(max_length=MAX_NAME)] = "",
) -> DashboardBody:
    """Add up what the same filters find, in steps of the clock in `zone`; the last seven days by default.

    A range is widened to whole steps. `since` and `until` of a point, with the value of its line, find in
    `/api/conversation-search` exactly the conversations behind it. A split by `metadata` is by the name in `key`.
    """
    wish = FigureWish(filters, split, step, zone, key)
    return DashboardBody.of(await services().conversations.dashboard(operator, wish))
