"""The shapes of live tests over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from backend.api.bodies import Strict
from backend.live_tests.types import (
    MAX_ARMS,
    MAX_WEIGHT,
    Arm,
    LiveTest,
    Metric,
    NewLiveTest,
    Reason,
    Report,
    State,
    Verdict,
)
from backend.paging import Listed


class ArmBody(Strict):
    version: int
    weight: int = Field(ge=1, le=MAX_WEIGHT)


class NewLiveTestBody(Strict):
    """`margin` is the difference that does not matter: of a share itself, of cost, latency and scores in parts.

    `judge` names a judge of the log where `metric` or `guardrail` is "judged".
    """

    label: str = Field(default="production", max_length=100)
    arms: Annotated[list[ArmBody], Field(max_length=MAX_ARMS)]
    metric: Metric = Metric.ANSWERED
    margin: float | None = Field(default=None, gt=0, lt=1)
    guardrail: Metric | None = Metric.ANSWERED
    judge: str = Field(default="", max_length=100)

    def new(self) -> NewLiveTest:
        arms = tuple(Arm(one.version, one.weight) for one in self.arms)
        return NewLiveTest(self.label, arms, self.metric, self.margin, self.guardrail, self.judge)


class Promotion(Strict):
    version: int


class PinnedJudgeBody(BaseModel):
    """The judge as it was when the test began. `version` tells one wording from another; null has no target."""

    name: str
    version: str
    settings: dict[str, Any]
    is_share: bool
    more_is_better: bool
    target: float | None


class LiveTestBody(BaseModel):
    id: str
    prompt_id: str
    prompt_name: str
    label: str
    arms: list[ArmBody]
    baseline: int
    metric: Metric
    margin: float
    guardrail: Metric | None
    state: State
    reason: str
    started_by: str
    started_at: datetime
    ended_by: str
    ended_at: datetime | None
    judge: PinnedJudgeBody | None

    @classmethod
    def of(cls, test: LiveTest) -> LiveTestBody:
        return cls.model_validate(test, from_attributes=True)


class LiveTestList(BaseModel):
    live_tests: list[LiveTestBody]
    next: str | None

    @classmethod
    def of(cls, listed: Listed[LiveTest]) -> LiveTestList:
        return cls(live_tests=[LiveTestBody.of(one) for one in listed.items], next=listed.next)


class ArmReportBody(BaseModel):
    """`num_judged` of the conversations were judged by the judge of the test; no other counts for what it says."""

    version: int
    weight: int
    num_conversations: int
    num_judged: int
    values: dict[Metric, float | None]


class StandingBody(BaseModel):
    """`low` and `high` may be looked at whenever one likes; null while there are too few conversations.

    `reason` says why the verdict is cannot_tell: a version is `untold` as long as no conversation tells it, `too_few`
    do, they were `judged_unevenly`, which is to say chosen, or the difference is `not_clear`.
    """

    metric: Metric
    version: int
    value: float | None
    baseline_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    more_needed: int | None
    reason: Reason


class ReportBody(BaseModel):
    """`split_is_broken`: the conversations do not follow the weights, and no verdict can be trusted."""

    live_test: LiveTestBody
    arms: list[ArmReportBody]
    standings: list[StandingBody]
    split_p: float
    split_is_broken: bool

    @classmethod
    def of(cls, report: Report) -> ReportBody:
        return cls(
            live_test=LiveTestBody.of(report.test),
            arms=[
                ArmReportBody(
                    version=one.arm.version,
                    weight=one.arm.weight,
                    num_conversations=one.num_conversations,
                    num_judged=one.num_judged,
                    values=dict(one.values),
                )
                for one in report.arms
            ],
            standings=[StandingBody.model_validate(one, from_attributes=True) for one in report.standings],
            split_p=report.split_p,
            split_is_broken=report.split_is_broken,
        )
