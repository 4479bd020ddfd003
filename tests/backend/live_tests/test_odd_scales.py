"""One project's judge, on whatever scale, does not switch off the guard of the others."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.live_tests.types import Metric, NewLiveTest, State
from backend.prompts.types import Content, NewPrompt
from tests.backend.live_tests.conftest import HALF, Desk
from tests.backend.live_tests.test_judged import known

HUGE = {"output": "score", "min": -1e308, "max": 1e308}
ODD = {"output": "score", "min": -1, "max": 1}


async def test_a_test_that_cannot_be_read_keeps_no_other_from_its_guard(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await desk.start()
    other = await broken_one(desk.services, desk)
    guard_one = desk.services.live_tests._guard_one

    async def failing(operator: object, test_id: str) -> None:
        if test_id == first.id:
            raise OverflowError
        await guard_one(operator, test_id)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(desk.services.live_tests, "_guard_one", failing)
    await desk.services.live_tests.guard()
    assert (await desk.services.live_tests.report(desk.operator, other)).test.state is State.HALTED


async def broken_one(services: Services, desk: Desk) -> str:
    """Return a test of another prompt whose guardrail is broken."""
    made = await services.prompts.create(desk.operator, NewPrompt("Other", Content(text="One.")))
    await services.prompts.save_version(desk.operator, made.id, Content(text="Two."))
    await services.prompts.set_label(desk.operator, made.id, "production", 1)
    test = await services.live_tests.start(desk.operator, made.id, NewLiveTest("production", HALF))
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=0, bad=100)
    return test.id


async def test_what_was_said_on_a_scale_without_bounds_counts_for_nothing(desk: Desk) -> None:
    await known(desk, **HUGE)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite", guardrail=None)
    seated = [*await desk.seat(test, 1, good=25), *await desk.seat(test, 2, good=25)]
    await desk.judge({one: 1e308 * (1 if at % 2 else -0.5) for at, one in enumerate(seated)}, **HUGE)
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [one.num_judged for one in report.arms] == [0, 0]


async def test_a_mean_next_to_nought_is_compared(desk: Desk) -> None:
    await known(desk, **ODD)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite", guardrail=None)
    before, now = await desk.seat(test, 1, good=25), await desk.seat(test, 2, good=25)
    await desk.judge({one: 1e-170 if at else 0.0 for at, one in enumerate(before)}, **ODD)
    await desk.judge({one: 0.5 * (at % 2) for at, one in enumerate(now)}, **ODD)
    (standing,) = (await desk.services.live_tests.report(desk.operator, test.id)).standings
    assert standing.low is not None
    assert standing.low < 0.24 < (standing.high or 0)
