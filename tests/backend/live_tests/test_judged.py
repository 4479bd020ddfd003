"""A live test goes by what a judge of the log says of its conversations, and is stopped by it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.api.live_test_bodies import ReportBody
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.errors import Conflict, InvalidInput
from backend.experiments.errors import JUDGEMENT
from backend.judgements.types import NewJudgement
from backend.live_tests.types import Arm, Metric, State
from console.state.prompt_live_rows import live_card
from tests.backend.experiments.conftest import Lab, lab, server
from tests.backend.experiments.test_paying import asks
from tests.backend.judgements.conftest import HELPFUL
from tests.backend.live_tests.conftest import Desk

__all__ = ["lab", "server"]
NEW = (Arm(1, 1), Arm(2, 1_000))


async def known(desk: Desk, **spec: object) -> None:
    """Let the judge have judged a conversation before the test."""
    earlier = ConversationRow(
        id="conv_before", project_id=desk.operator.project_id, title="T", channel="api", state="answered"
    )
    async with desk.services.units.write(desk.operator) as work:
        work.session.add(earlier)
    await desk.judge({earlier.id: 1.0}, **spec)


async def test_versions_are_compared_by_what_a_judge_says_and_who_is_not_judged_has_not_failed(desk: Desk) -> None:
    await known(desk, target=0.9)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=300), await desk.seat(test, 2, good=300)
    await desk.judge({one: float(number % 2) for number, one in enumerate(before[:200])})
    await desk.judge(dict.fromkeys(now[:190], 1.0))
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [(one.num_conversations, one.num_judged) for one in report.arms] == [(300, 200), (300, 190)]
    assert [one.values[Metric.JUDGED] for one in report.arms] == [0.5, 1.0]
    [standing] = [one for one in report.standings if one.metric is Metric.JUDGED]
    assert (standing.verdict, standing.value) == ("better", 1.0)
    assert standing.low is not None
    assert standing.low > 0
    assert report.test.judge is not None
    assert [report.test.judge.is_missed(one.values[Metric.JUDGED]) for one in report.arms] == [True, False]
    await desk.services.live_tests.promote(desk.operator, test.id, 2)
    moved = (await desk.services.prompts.moves(desk.operator, desk.prompt))[0]
    assert "600 conversations, 390 judged: Polite better (100.0% after 50.0%)" in moved.comment


async def test_a_guardrail_that_a_judge_finds_broken_ends_the_test(desk: Desk) -> None:
    await known(desk)
    test = await desk.start(guardrail=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=100), await desk.seat(test, 2, good=100)
    await desk.judge(dict.fromkeys(before, 1.0))
    await desk.services.live_tests.guard()
    assert (await desk.services.live_tests.report(desk.operator, test.id)).test.state is State.RUNNING
    await desk.judge(dict.fromkeys(now, 0.0))
    await desk.services.live_tests.guard()
    halted = (await desk.services.live_tests.report(desk.operator, test.id)).test
    assert (halted.state, halted.reason) == (
        State.HALTED, "The guardrail stopped it: v2 Polite 0.0% instead of 100.0%."
    )  # fmt: skip


async def test_of_a_number_the_mean_is_compared_in_the_direction_of_the_judge(desk: Desk) -> None:
    await known(desk, output="score", min=1, max=5, direction="lower", target=2)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite", guardrail=None)
    before, now = await desk.seat(test, 1, good=100), await desk.seat(test, 2, good=100)
    await desk.judge({one: 4.0 + number % 2 for number, one in enumerate(before)})
    await desk.judge({one: 1.0 + number % 2 for number, one in enumerate(now)})
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [one.values[Metric.JUDGED] for one in report.arms] == [4.5, 1.5]
    assert report.standings[0].verdict == "better"
    assert report.test.judge is not None
    assert (report.test.judge.is_share, report.test.judge.is_missed(4.5), report.test.judge.is_missed(1.5)) == (
        False, True, False
    )  # fmt: skip


async def test_with_a_pass_mark_it_is_the_share_that_passes(desk: Desk) -> None:
    await known(desk, output="score", min=1, max=5, threshold=4)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite")
    seated = await desk.seat(test, 2, good=4)
    await desk.judge(dict(zip(seated, (5.0, 4.0, 3.0, 1.0), strict=True)), threshold=4)
    assert (await desk.services.live_tests.report(desk.operator, test.id)).arms[1].values[Metric.JUDGED] == 0.5


async def test_only_the_wording_counts_that_the_test_began_with_and_nothing_said_before_the_last_word(
    desk: Desk,
) -> None:
    await known(desk)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite")
    first, second, third = await desk.seat(test, 2, good=3)
    await desk.judge({first: 1.0, third: 1.0})
    await desk.judge({first: 0.0, second: 0.0}, version="v2", rubric="Is it very polite?")
    async with desk.services.units.write(desk.operator) as work:
        talk = await work.session.get(ConversationRow, third)
        assert talk
        talk.last_message_at = utc_now()
        work.session.add(talk)
    arm = (await desk.services.live_tests.report(desk.operator, test.id)).arms[1]
    assert (arm.num_conversations, arm.num_judged, arm.values[Metric.JUDGED]) == (3, 1, 1.0)
    assert [one.version for one in await desk.services.live_tests.judges(desk.operator)] == ["v2"]


@pytest.mark.parametrize(("judge", "words"), [("", "Say which judge"), ("Kind", "No judge called Kind has judged")])
async def test_a_judge_that_never_judged_decides_nothing(desk: Desk, judge: str, words: str) -> None:
    await known(desk)
    with pytest.raises(InvalidInput, match=words):
        await desk.start(metric=Metric.JUDGED, judge=judge)
    await known_names(desk)
    with pytest.raises(InvalidInput, match="yes or no or by a number"):
        await desk.start(metric=Metric.JUDGED, judge="Tone")


async def known_names(desk: Desk) -> None:
    """Let a judge have called a conversation by a name that says nothing of better or worse."""
    await desk.judge({"conv_before": 0.0}, name="Tone", output="category", categories=["kind", "curt"])


async def test_the_judge_of_a_test_is_asked_about_its_conversations_alone(
    desk: Desk, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(lab, monkeypatch, lambda _model, _asked: '{"reason": "So.", "verdict": true}')
    judgements = desk.services.judgements

    async def asked(wish: NewJudgement) -> int:
        made = await judgements.ask(desk.operator, wish)
        await judgements._runs._executor.execute(made.id)
        done = await judgements.get(desk.operator, made.id)
        assert done.judge == HELPFUL["name"]
        return done.num_done

    await desk.say("Before the test")
    assert await asked(NewJudgement(HELPFUL)) == 1
    test = await desk.start(*NEW, metric=Metric.JUDGED, judge="helpful")
    for _ in range(3):
        await desk.say()
    assert (await desk.services.live_tests.report(desk.operator, test.id)).arms[1].num_judged == 0
    assert await asked(NewJudgement({}, live_test_id=test.id)) == 3
    assert (await desk.services.live_tests.report(desk.operator, test.id)).arms[1].num_judged == 3
    plan = await judgements.plan(desk.operator, NewJudgement({}, live_test_id=test.id))
    assert (plan.num_items, plan.num_known) == (0, 3), "it has said what it says"
    assert (await judgements.list(desk.operator)).items[0].source == "Live test of Answer production"
    plain = await desk.services.live_tests.stop(desk.operator, test.id)
    assert plain.judge is not None
    assert JUDGEMENT not in plain.judge.settings
    for again in (False, True):
        late = NewJudgement(HELPFUL if again else {}, live_test_id=test.id, again=again)
        with pytest.raises(Conflict, match="has ended"):
            await judgements.plan(desk.operator, late)
        with pytest.raises(Conflict, match="has ended"):
            await judgements.ask(desk.operator, late)
    assert len((await judgements.list(desk.operator)).items) == 2, "nobody is asked for what changes nothing"


async def test_a_test_without_a_judge_has_none_to_ask(desk: Desk) -> None:
    test = await desk.start()
    with pytest.raises(InvalidInput, match="A judge has a name"):
        await desk.services.judgements.plan(desk.operator, NewJudgement({}, live_test_id=test.id))


async def test_what_is_judged_after_the_end_changes_no_report(desk: Desk) -> None:
    await known(desk)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=2), await desk.seat(test, 2, good=2)
    await desk.judge(dict.fromkeys(before, 1.0))
    await desk.services.live_tests.stop(desk.operator, test.id)
    await desk.judge(dict.fromkeys(now, 0.0))
    assert [one.num_judged for one in (await desk.services.live_tests.report(desk.operator, test.id)).arms] == [2, 0]


async def test_on_a_scale_around_nought_a_guardrail_stops_what_got_worse(desk: Desk) -> None:
    scale = {"output": "score", "min": -1, "max": 1}
    await known(desk, **scale)
    test = await desk.start(metric=Metric.JUDGED, guardrail=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=400), await desk.seat(test, 2, good=400)
    await desk.judge({one: 1.0 if at % 2 else -0.99 for at, one in enumerate(before)}, **scale)
    await desk.judge(dict.fromkeys(now, -1.0), **scale)
    await desk.services.live_tests.guard()
    assert (await desk.services.live_tests.report(desk.operator, test.id)).test.state is State.HALTED


async def test_what_somebody_chose_to_have_judged_decides_nothing(desk: Desk) -> None:
    await known(desk)
    test = await desk.start(metric=Metric.JUDGED, guardrail=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=300), await desk.seat(test, 2, good=300)
    await desk.judge({one: float(at % 2) for at, one in enumerate(before)})
    await desk.judge(dict.fromkeys(now[:60], 1.0))
    (standing,) = (await desk.services.live_tests.report(desk.operator, test.id)).standings
    assert (standing.verdict, standing.more_needed) == ("cannot_tell", None)


async def test_deleted_conversations_are_neither_counted_nor_judged(desk: Desk) -> None:
    await known(desk)
    test = await desk.start(metric=Metric.JUDGED, judge="Polite")
    before, now = await desk.seat(test, 1, good=3), await desk.seat(test, 2, good=3)
    await desk.judge(dict.fromkeys([*before, *now], 1.0))
    await desk.services.conversations.delete_some(desk.operator, now[:2])
    arms = (await desk.services.live_tests.report(desk.operator, test.id)).arms
    assert [(one.num_conversations, one.num_judged) for one in arms] == [(3, 3), (1, 1)]
    assert len((await desk.services.live_tests.conversations(desk.operator, test.id, 100))[1]) == 4


@pytest.mark.parametrize(
    ("num_before", "num_now", "reason", "words"),
    [
        (30, 0, "untold", "of one version Polite has judged no conversation yet"),
        (30, 10, "too_few", "Polite has judged fewer than 20 conversations of one version"),
        (500, 30, "judged_unevenly", "Polite has judged clearly more of one version than of another"),
        (30, 30, "not_clear", "about"),
    ],
)
async def test_a_guardrail_by_a_judge_says_why_it_cannot_tell(
    desk: Desk, num_before: int, num_now: int, reason: str, words: str
) -> None:
    await known(desk)
    test = await desk.start(guardrail=Metric.JUDGED, judge="Polite")
    num_drawn = num_before if reason == "judged_unevenly" else max(1, num_now)
    before, now = await desk.seat(test, 1, good=num_before), await desk.seat(test, 2, good=num_drawn)
    await desk.judge({one: float(at % 2) for at, one in enumerate(before)})
    await desk.judge({one: float(at % 2) for at, one in enumerate(now[:num_now])})
    found = await desk.services.live_tests.report(desk.operator, test.id)
    (judged,) = [one for one in found.standings if one.metric is Metric.JUDGED]
    assert (judged.verdict, judged.reason) == ("cannot_tell", reason)
    assert ReportBody.of(found).standings[-1].reason == reason
    card = live_card(found, UTC, datetime.now(UTC))
    assert words in card.arms[1].guard
