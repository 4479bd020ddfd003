"""A judge of the log decides and guards a live test on the page of a prompt, and is asked from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import InvalidInput
from backend.live_tests.types import Arm, ArmReport, LiveTest, Metric, PinnedJudge, Report, Standing, State
from backend.prompts.types import PRODUCTION
from console.state import formats
from console.state.judge_ask import JudgeAskState
from console.state.prompt import PromptState
from console.state.prompt_live import PromptLiveState
from console.state.prompt_live_rows import LiveCard, live_card, metrics_of, wish_of
from tests.backend.live_tests.conftest import Desk, desk
from tests.console.tab import Tab, tab

__all__ = ["desk", "tab"]
NOW = formats.now()
ARMS = (Arm(1, 1), Arm(2, 1))
POLITE = PinnedJudge("Polite", "v1", {"output": "boolean", "target": 0.9})


async def opened(tab: Tab, desk: Desk) -> Any:
    tab.at(f"/prompts/{desk.prompt}")
    for kind in (PromptState, PromptLiveState):
        await tab.state(kind).load()
    return tab.state(PromptLiveState)


async def test_a_judge_is_offered_once_it_judged_and_decides(services: Services, desk: Desk, tab: Tab) -> None:
    live = await opened(tab, desk)
    await live.ask()
    assert (live.has_judges, [one.value for one in live.metrics][-1]) == (False, "latency")
    conversation, _ = await desk.say()
    await desk.judge({conversation: 1.0})
    await live.ask()
    assert (live.metrics[-1].value, live.metrics[-1].label) == ("judged:Polite", "Judge Polite, share that passes")
    assert live.guardrails[-1].label == "None"
    await live.start({"label": PRODUCTION, "w1": "1", "w2": "1", "metric": "judged:Polite", "guardrail": "answered"})
    card = live.cards[0]
    assert (live.errors, card.metric, card.ask) == ({}, "Polite, guarded by answer rate", "")
    assert card.judged == "Polite has judged none of its conversations, so nothing is compared by it."
    await desk.say()
    await live.load()
    assert (live.may_judge, live.cards[0].ask) == (True, "Ask Polite about them")
    asking = tab.state(JudgeAskState)
    await asking.open_live(card.id)
    assert (asking.opened, asking.is_known, asking.told) == (True, True, [])
    assert "m" in next(iter(asking.errors.values())), "the model of this judge is not there"


def card_of(
    num: int, num_judged: int, values: Mapping[Metric, float], *standings: Standing, metric: Metric = Metric.JUDGED
) -> LiveCard:
    test = LiveTest(
        "lt", "p", "Answer", PRODUCTION, ARMS, 1, metric, 0.05, Metric.JUDGED, State.RUNNING, "", "Ida", NOW,
        judge=POLITE,
    )  # fmt: skip
    arms = tuple(ArmReport(arm, num, values, num_judged) for arm in ARMS)
    return live_card(Report(test, arms, standings, 0.5, split_is_broken=False), NOW.tzinfo, NOW)  # type: ignore[arg-type]  # the moment is aware


def test_a_card_says_how_many_are_judged_and_what_misses_the_target() -> None:
    worse = Standing(Metric.JUDGED, 2, 0.7, 0.95, -0.25, -0.3, -0.2, "worse")
    card = card_of(60, 20, {Metric.JUDGED: 0.7}, worse)
    assert card.metric == "Polite, guarded by Polite"
    assert card.judged == "40 of 120 conversations judged by Polite; the others do not count for it."
    assert card.ask == "Ask Polite about the 80 others"
    assert [one.note for one in card.arms] == [
        "Misses the target 90.0 %",
        "\u221230.0 pt to \u221220.0 pt, misses the target 90.0 %",
    ]
    assert card.arms[1].against == [
        "v2 is worse in Polite: \u221230.0 pt to \u221220.0 pt.",
        "v2 misses the target of Polite, 90.0 %.",
    ]
    told = card_of(60, 60, {Metric.JUDGED: 0.95})
    assert (told.ask, told.judged) == ("", "All 120 conversations judged by Polite.")


def test_a_guardrail_says_why_it_cannot_tell() -> None:
    open_yet = Standing(Metric.JUDGED, 2, None, None, None, None, None, "cannot_tell", reason="untold")
    card = card_of(60, 0, {Metric.ANSWERED: 0.5}, open_yet, metric=Metric.ANSWERED)
    assert [(one.value, one.guard, one.guard_mark) for one in card.arms] == [
        ("50.0 %", "Polite, nothing known yet", ""),
        ("50.0 %", "Polite, cannot tell: of one version Polite has judged no conversation yet", "wait"),
    ]
    uneven = replace(open_yet, value=0.9, reason="judged_unevenly")
    card = card_of(60, 9, {Metric.JUDGED: 0.9}, uneven, metric=Metric.ANSWERED)
    why = "Polite has judged clearly more of one version than of another, so it decides nothing"
    assert [one.value for one in card.arms] == ["", ""]
    assert [one.guard for one in card.arms] == ["Polite 90.0 %", f"Polite 90.0 %, cannot tell: {why}"]


def test_a_form_names_one_judge() -> None:
    assert metrics_of([POLITE])[-1].value == "judged:Polite"
    form = {"label": PRODUCTION, "w1": "1", "w2": "1", "metric": "cost", "guardrail": "judged:Polite"}
    wish = wish_of(form, [1, 2])
    assert (wish.metric, wish.guardrail, wish.judge) == (Metric.COST, Metric.JUDGED, "Polite")
    with pytest.raises(InvalidInput, match="one judge"):
        wish_of({**form, "metric": "judged:Kind"}, [1, 2])
