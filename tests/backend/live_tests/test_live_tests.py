"""A label is split while people talk to a flow that follows it, and one version wins or is stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from backend.audit.types import Filters
from backend.conversations.types import Rating
from backend.errors import Conflict, Forbidden, InvalidInput
from backend.live_tests.errors import LiveTestNotFound
from backend.live_tests.types import Arm, Metric, Report, State
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.prompts.errors import VersionNotFound
from tests.backend.live_tests.conftest import Desk

NEW, OLD = (Arm(1, 1), Arm(2, 1_000)), (Arm(1, 1_000), Arm(2, 1))


async def test_conversations_are_split_and_each_stays_with_its_version(desk: Desk) -> None:
    test = await desk.start()
    said = [await desk.say() for _ in range(16)]
    assert set(Counter(text for _, text in said)) == {"One.", "Two."}
    for conversation, text in said[:6]:
        assert await desk.say("And then?", conversation) == (conversation, text)
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert sum(arm.num_conversations for arm in report.arms) == 16
    assert [arm.values[Metric.ANSWERED] for arm in report.arms] == [1.0, 1.0]
    assert not report.split_is_broken


async def test_a_draft_takes_no_part(desk: Desk) -> None:
    test = await desk.start(*NEW)
    assert (await desk.say(version="draft"))[1] == "One."
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [arm.num_conversations for arm in report.arms] == [0, 0]


async def test_thumbs_are_counted_for_the_version_that_answered(desk: Desk) -> None:
    test = await desk.start(*NEW, metric=Metric.SATISFIED)
    conversation, _ = await desk.say()
    shown = await desk.services.conversations.transcript(desk.operator, conversation)
    await desk.services.conversations.set_feedback(desk.operator, shown.messages[-1].id, Rating.DOWN)
    arms = (await desk.services.live_tests.report(desk.operator, test.id)).arms
    assert [arm.values[Metric.SATISFIED] for arm in arms] == [None, 0.0]


async def test_a_stopped_test_gives_everybody_the_label_again(desk: Desk) -> None:
    test = await desk.start(*NEW)
    conversation, text = await desk.say()
    assert text == "Two."
    stopped = await desk.services.live_tests.stop(desk.operator, test.id)
    assert (stopped.state, stopped.ended_by) == (State.STOPPED, desk.operator.name)
    assert (await desk.say("More", conversation))[1] == "One."
    with pytest.raises(Conflict, match="ended already"):
        await desk.services.live_tests.stop(desk.operator, test.id)


async def test_a_promoted_version_is_the_labels_own_and_the_history_says_why(desk: Desk) -> None:
    test = await desk.start()
    await desk.seat(test, 1, good=300, bad=100)
    await desk.seat(test, 2, good=400)
    standing = (await desk.services.live_tests.report(desk.operator, test.id)).standings[0]
    assert standing.verdict == "better"
    change = await desk.services.live_tests.promote(desk.operator, test.id, 2)
    assert change.label
    assert change.label.version == 2
    moved = (await desk.services.prompts.moves(desk.operator, desk.prompt))[0]
    assert test.id in moved.comment
    assert "answered better (100.0% after 75.0%)" in moved.comment
    assert (await desk.services.live_tests.report(desk.operator, test.id)).test.state is State.PROMOTED
    assert (await desk.say())[1] == "Two."
    with pytest.raises(Conflict):
        await desk.services.live_tests.promote(desk.operator, test.id, 2)


async def test_the_guardrail_halts_what_got_worse_and_nothing_else(desk: Desk) -> None:
    test = await desk.start()
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=95, bad=5)
    await desk.services.live_tests.guard()
    assert (await desk.services.live_tests.report(desk.operator, test.id)).test.state is State.RUNNING
    await desk.seat(test, 2, good=0, bad=100)
    await desk.services.live_tests.guard()
    halted = (await desk.services.live_tests.report(desk.operator, test.id)).test
    assert halted.state is State.HALTED
    assert halted.reason == "The guardrail stopped it: v2 answered 47.5% instead of 100.0%."
    assert (await desk.say())[1] == "One."
    events = (await desk.services.audit.list(desk.operator, Filters(), Page())).items
    assert [(one.action, one.actor.name) for one in events if one.action.startswith("live_test")] == [
        ("live_test.end", "The guardrail"), ("live_test.start", desk.operator.name),
    ]  # fmt: skip


async def test_a_label_that_moves_ends_the_test(desk: Desk) -> None:
    test = await desk.start(*NEW)
    await desk.services.prompts.set_label(desk.operator, desk.prompt, "production", 3)
    assert (await desk.say())[1] == "Three.", "the label's own word counts at once"
    await desk.services.live_tests.guard()
    ended = (await desk.services.live_tests.report(desk.operator, test.id)).test
    assert (ended.state, ended.reason) == (State.STOPPED, "production moved to v3.")


async def test_one_test_runs_on_a_label(desk: Desk) -> None:
    await desk.start()
    with pytest.raises(Conflict, match="runs on production already"):
        await desk.start()
    listed = await desk.services.live_tests.list(desk.operator, desk.prompt)
    assert len(listed.items) == 1


@pytest.mark.parametrize(
    ("arms", "words"),
    [
        ((Arm(1, 1),), "2 to 5 versions"),
        ((Arm(1, 1), Arm(1, 2)), "once"),
        ((Arm(1, 1), Arm(2, 0)), "weight"),
        ((Arm(2, 1), Arm(3, 1)), "v1, which the label points at"),
    ],
)
async def test_a_wish_is_checked(desk: Desk, arms: tuple[Arm, ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        await desk.start(*arms)


async def test_only_versions_that_stand_are_tried(desk: Desk) -> None:
    with pytest.raises(VersionNotFound):
        await desk.start(Arm(1, 1), Arm(9, 1))
    with pytest.raises(InvalidInput, match="margin"):
        await desk.start(margin=0.0)
    test = await desk.start()
    with pytest.raises(InvalidInput, match="v3 is not one"):
        await desk.services.live_tests.promote(desk.operator, test.id, 3)
    prompts = desk.services.prompts
    with pytest.raises(Conflict, match="A live test runs on production of "):
        await prompts.protect_label(desk.operator, "production", protected=True)
    await prompts.protect_label(desk.operator, "staging", protected=True)
    assert list(await prompts.protected_labels(desk.operator)) == ["staging"]
    await desk.services.live_tests.stop(desk.operator, test.id)
    await prompts.protect_label(desk.operator, "production", protected=True)


async def test_a_protected_label_is_split_by_somebody_else_who_may_approve(desk: Desk) -> None:
    await desk.services.prompts.protect_label(desk.operator, "production", protected=True)
    with pytest.raises(Forbidden, match="you wrote v2"):
        await desk.start()
    editor = replace(
        desk.operator, user_id="user_b", permissions=desk.operator.permissions - {Permission.PROMPTS_APPROVE}
    )
    with pytest.raises(Forbidden, match="may not approve prompts"):
        await replace(desk, operator=editor).start()
    other = replace(desk, operator=replace(desk.operator, user_id="user_c", name="Cleo"))
    test = await other.start()
    change = await desk.services.live_tests.promote(desk.operator, test.id, 2)
    assert change.label is None
    assert change.approval
    assert (await desk.services.live_tests.report(desk.operator, test.id)).test.state is State.RUNNING


async def test_another_project_sees_nothing_of_it(desk: Desk) -> None:
    test = await desk.start()
    stranger = replace(desk.operator, project_id="proj_other")
    for identifier in (test.id, "ltest_none"):
        with pytest.raises(LiveTestNotFound):
            await desk.services.live_tests.report(stranger, identifier)
        with pytest.raises(LiveTestNotFound):
            await desk.services.live_tests.stop(stranger, identifier)


async def test_a_conversation_that_began_before_stays_as_it_was(desk: Desk) -> None:
    conversation, _ = await desk.say()
    test = await desk.start(*NEW)
    assert (await desk.say("And then?", conversation))[1] == "One."
    assert (await desk.say())[1] == "Two."
    report = await desk.services.live_tests.report(desk.operator, test.id)
    assert [arm.num_conversations for arm in report.arms] == [0, 1]


async def test_a_test_ends_with_its_prompt(desk: Desk) -> None:
    test = await desk.start()
    await desk.services.prompts.delete(desk.operator, desk.prompt)
    await desk.services.live_tests.guard()
    ended = (await desk.services.live_tests.report(desk.operator, test.id)).test
    assert (ended.state, ended.reason) == (State.STOPPED, "The prompt was deleted.")


async def test_two_who_watch_at_once_end_it_once(desk: Desk) -> None:
    test = await desk.start()
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=0, bad=100)
    await asyncio.gather(*(desk.services.live_tests.guard() for _ in range(4)))
    events = (await desk.services.audit.list(desk.operator, Filters(), Page())).items
    assert [one.action for one in events].count("live_test.end") == 1


async def test_who_wished_for_what_the_guardrail_stopped_is_refused(desk: Desk) -> None:
    prompts, tests = desk.services.prompts, desk.services.live_tests
    await prompts.protect_label(desk.operator, "production", protected=True)
    test = await replace(desk, operator=replace(desk.operator, user_id="user_c", name="Cleo")).start()
    wish = (await tests.promote(desk.operator, test.id, 2)).approval
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=0, bad=100)
    await tests.guard()
    (refused,) = await prompts.approvals(desk.operator, desk.prompt, waiting=False)
    assert wish
    assert (refused.id, refused.state, refused.decided_by) == (wish.id, "refused", "The guardrail")
    assert refused.reason == "The guardrail stopped it: v2 answered 0.0% instead of 100.0%."


async def test_what_the_guardrail_ends_meanwhile_is_not_promoted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = desk.services.live_tests
    test = await desk.start()
    await desk.seat(test, 1, good=100)
    await desk.seat(test, 2, good=0, bad=100)
    report = tests.report

    async def slow(operator: Operator, test_id: str) -> Report:
        found = await report(operator, test_id)
        monkeypatch.setattr(tests, "report", report)
        await tests.guard()
        return found

    monkeypatch.setattr(tests, "report", slow)
    with pytest.raises(Conflict, match="ended already"):
        await tests.promote(desk.operator, test.id, 2)
    assert (await report(desk.operator, test.id)).test.state is State.HALTED
    assert (await desk.services.prompts.get(desk.operator, desk.prompt)).labels["production"] == 1
