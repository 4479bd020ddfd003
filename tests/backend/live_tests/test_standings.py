"""Arms are drawn in their shares, and verdicts hold however often one looks."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from backend.live_tests.drawing import drawn
from backend.live_tests.standings import report_of, standing
from backend.live_tests.types import Arm, LiveTest, Metric, Outcome, State

ARMS = (Arm(1, 50), Arm(2, 50))


def a_test(metric: Metric = Metric.ANSWERED, arms: tuple[Arm, ...] = ARMS, margin: float = 0.02) -> LiveTest:
    return LiveTest(
        id="ltest_1",
        prompt_id="prm_1",
        prompt_name="Answer",
        label="production",
        arms=arms,
        baseline=1,
        metric=metric,
        margin=margin,
        guardrail=Metric.ANSWERED,
        state=State.RUNNING,
        reason="",
        started_by="Ines",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def talk(version: int, *, well: bool = True, liked: bool | None = None, cost: float = 1.0, ms: float = 100) -> Outcome:
    return Outcome(version, well, liked, cost, ms)


def talks(version: int, good: int, bad: int) -> list[Outcome]:
    return [talk(version)] * good + [talk(version, well=False)] * bad


def test_conversations_are_drawn_in_the_shares_of_the_weights_and_always_alike() -> None:
    arms = (Arm(1, 80), Arm(2, 15), Arm(3, 5))
    counts = Counter(drawn("ltest_1", f"run_{number}", arms) for number in range(10_000))
    assert [counts[arm.version] for arm in arms] == pytest.approx([8_000, 1_500, 500], rel=0.1)
    assert len({drawn("ltest_1", "run_7", arms) for _ in range(50)}) == 1
    other = Counter(drawn("ltest_2", f"run_{number}", arms) == drawn("ltest_1", f"run_{number}", arms)
                    for number in range(1_000))  # fmt: skip
    assert other[False] > 200, "another test draws anew"


def test_few_conversations_say_nothing_and_how_many_are_missing() -> None:
    one = standing(a_test(), Metric.ANSWERED, 2, talks(1, 19, 0), talks(2, 0, 5))
    assert (one.verdict, one.low, one.more_needed) == ("cannot_tell", None, 16)


@pytest.mark.parametrize(
    ("metric", "before", "now", "verdict"),
    [
        (Metric.ANSWERED, talks(1, 950, 50), talks(2, 700, 300), "worse"),
        (Metric.ANSWERED, talks(1, 700, 300), talks(2, 950, 50), "better"),
        (Metric.ANSWERED, talks(1, 99_000, 1_000), talks(2, 99_010, 990), "same"),
        (Metric.ANSWERED, talks(1, 90, 10), talks(2, 85, 15), "cannot_tell"),
        (Metric.COST, [talk(1, cost=1.0 + n % 2) for n in range(200)], [talk(2, cost=5.0 + n % 2) for n in range(200)],
         "worse"),
        (Metric.LATENCY, [talk(1, ms=900 + n % 9) for n in range(200)], [talk(2, ms=90 + n % 9) for n in range(200)],
         "better"),
        (Metric.COST, [talk(1, cost=0)] * 30, [talk(2, cost=0)] * 30, "same"),
    ],
)  # fmt: skip
def test_a_verdict_follows_the_interval_and_the_margin(
    metric: Metric, before: list[Outcome], now: list[Outcome], verdict: str
) -> None:
    one = standing(a_test(metric, margin=metric.margin), metric, 2, before, now)
    assert one.verdict == verdict
    assert one.low is not None
    assert one.high is not None
    assert one.low <= (one.difference or 0) <= one.high
    assert (one.more_needed is None) == (verdict != "cannot_tell")


def test_an_interval_of_shares_ends_where_shares_do() -> None:
    one = standing(a_test(), Metric.ANSWERED, 2, talks(1, 0, 21), talks(2, 21, 0))
    assert one.low is not None
    assert (one.verdict, 0 < one.low < 1, one.high) == ("better", True, 1.0)


def test_nobody_rated_is_not_nobody_liked() -> None:
    unrated = [talk(1)] * 50
    one = standing(a_test(Metric.SATISFIED), Metric.SATISFIED, 2, unrated, unrated)
    assert (one.value, one.verdict) == (None, "cannot_tell")
    liked = [talk(2, liked=True)] * 30 + [talk(2)] * 500
    report = report_of(a_test(Metric.SATISFIED), unrated + liked)
    assert report.arms[1].values[Metric.SATISFIED] == 1.0
    assert report.arms[0].values[Metric.SATISFIED] is None


def test_a_split_that_does_not_follow_its_weights_is_told() -> None:
    assert not report_of(a_test(), talks(1, 505, 0) + talks(2, 495, 0)).split_is_broken
    broken = report_of(a_test(), talks(1, 600, 0) + talks(2, 400, 0))
    assert broken.split_is_broken
    assert broken.split_p < 0.001


def test_looking_after_every_conversation_seldom_tells_a_difference_that_is_not_there() -> None:
    """Of 200 tests of two equal versions, each looked at 30 times, at most one in twenty may be decided wrongly."""
    draw, wrong = random.Random(20261121), 0
    for _ in range(200):
        before: list[Outcome] = []
        now: list[Outcome] = []
        for _ in range(30):
            before += [talk(1, well=draw.random() < 0.9) for _ in range(20)]
            now += [talk(2, well=draw.random() < 0.9) for _ in range(20)]
            if standing(a_test(), Metric.ANSWERED, 2, before, now).verdict in {"better", "worse"}:
                wrong += 1
                break
    assert wrong <= 10
