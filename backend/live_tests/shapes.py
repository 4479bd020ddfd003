"""From rows to what the rest of the house sees."""

from __future__ import annotations

from backend.live_tests.models import LiveTestRow
from backend.live_tests.types import Arm, LiveTest, Metric, PinnedJudge, State


def live_test_of(row: LiveTestRow) -> LiveTest:
    return LiveTest(
        id=row.id,
        prompt_id=row.prompt_id,
        prompt_name=row.prompt_name,
        label=row.label,
        arms=arms_of(row),
        baseline=row.baseline,
        metric=Metric(row.metric),
        margin=row.margin,
        guardrail=Metric(row.guardrail) if row.guardrail else None,
        state=State(row.state),
        reason=row.reason,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        judge=PinnedJudge(**row.judge) if row.judge else None,
    )


def arms_of(row: LiveTestRow) -> tuple[Arm, ...]:
    return tuple(Arm(one["version"], one["weight"]) for one in row.arms)
