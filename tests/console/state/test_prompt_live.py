"""Live tests on the page of a prompt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.errors import InvalidInput
from backend.experiments.types import Requirement
from backend.flows.document import FlowDocument
from backend.live_tests.types import Arm, ArmReport, LiveTest, Metric, Report, Standing, State
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from console.state import formats
from console.state.prompt import PromptState
from console.state.prompt_live import PromptLiveState
from console.state.prompt_live_rows import live_card, wish_of
from console.state.prompt_rows import use_line
from tests.console.tab import Tab, refused, tab
from tests.factories import flows

__all__ = ["tab"]
NOW = formats.now()


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def answer(services: Services, owner: Operator) -> Prompt:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="Answer {{ question }}.")))
    await services.prompts.set_label(owner, made.id, "production", 1)
    await services.prompts.save_version(owner, made.id, Content(text="Answer {{ question }} in full."))
    return await services.prompts.get(owner, made.id)


async def opened(tab: Tab, prompt: Prompt) -> Any:
    tab.at(f"/prompts/{prompt.id}")
    for kind in (PromptState, PromptLiveState):
        await tab.state(kind).load()
    return tab.state(PromptLiveState)


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(PromptLiveState, {"start": [{}], "promote": ["", 1]})


async def test_a_label_is_split_stopped_and_promoted(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    live = await opened(tab, answer)
    await live.ask()
    assert ([one.value for one in live.versions], [one.label for one in live.versions]) == (["2", "1"], ["50", "50"])
    assert live.unfollowed == ["production"]
    talking = await services.flows.create(owner, "Talking", document=following("answer"))
    await live.ask()
    assert live.unfollowed == ["production"], "nobody talks to a draft"
    [use] = await services.prompts.uses(owner, answer.id)
    assert use_line(use).words == "Talking 02 uses production in its draft"
    await services.flows.publish(owner, talking.id)
    await live.ask()
    assert live.unfollowed == []
    [use] = await services.prompts.uses(owner, answer.id)
    assert use_line(use).words == "Talking 02 uses production"
    await live.start({"label": "production", "w2": "10", "w1": "half", "metric": "latency"})
    assert (live.errors, live.opened) == ({"arms": "A weight is a whole number."}, True)
    await live.start({"label": "production", "w2": "10", "w1": "30", "metric": "latency", "guardrail": "answered"})
    card = live.cards[0]
    assert not card.reaches_nobody
    assert (live.opened, live.is_running, card.words, card.metric) == (
        False, True, "Running", "Latency, guarded by answer rate"
    )  # fmt: skip
    assert [(one.name, one.share, one.is_baseline) for one in card.arms] == [
        ("v1", "75 %", True),
        ("v2", "25 %", False),
    ]
    assert live.splits == {"production": "v1 75 %, v2 25 %"}
    await live.ask()
    assert (live.labels, live.taken) == ([], ["production is split already: v1 75 %, v2 25 %."])
    await live.stop(card.id)
    assert (live.cards[0].words, live.is_running) == ("Stopped", False)
    assert live.splits == {}
    await live.start({"label": "production", "w2": "1", "w1": "1"})
    await live.promote(live.cards[0].id, 2)
    assert live.cards[0].words == "Promoted"
    assert (await services.prompts.get(owner, answer.id)).labels == {"production": 2}


async def test_what_reaches_nobody_or_fails_the_gate_is_said_where_it_is_begun_and_where_it_runs(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    live = await opened(tab, answer)
    dataset = await services.datasets.create(owner, About("Returns"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "q"}, "x")])
    await services.experiments.require(owner, "prompt", answer.id, Requirement(dataset.id, ({"kind": "exact"},)))
    await live.ask()
    assert [one.label for one in live.versions] == ["", "50"], "no weight for what the gate refuses"
    assert live.gate.words == f"{answer.name} must pass the dataset Returns before it goes to production."
    assert (live.gate.hint.endswith(" v2 begins without a weight."), live.gate.asking[-9:]) == (True, "version=2")
    await live.start({"label": "production", "w2": "1", "w1": "1"})
    assert (live.opened, "must pass the dataset Returns" in live.errors[""]) == (True, True)
    await services.experiments.release(owner, "prompt", answer.id)
    await live.start({"label": "production", "w2": "1", "w1": "1"})
    assert (live.opened, live.cards[0].is_running, live.cards[0].reaches_nobody) == (False, True, True)
    await live.ask_promote(live.cards[0].id, 2)
    asked = live.promoting
    assert (asked.version, asked.label, asked.gate.mark, asked.waits) == (2, "production", "", False)
    assert asked.against == ["Answer rate is not decided: too few conversations yet."]
    await services.experiments.require(owner, "prompt", answer.id, Requirement(dataset.id, ({"kind": "exact"},)))
    assert await live.promote(asked.test, 2) is None
    said = live.promoting.gate
    assert (said.mark, said.words in live.errors[""], said.asking) == ("fail", True, live_form(answer))
    assert live.cards[0].is_running, "what refuses it stands in the dialog, and the test goes on"
    await live.close()
    assert live.promoting.test == ""
    await live.ask_promote(live.cards[0].id, 2)
    assert (live.errors, live.promoting.gate.words) == ({}, said.words)
    await live.stop(live.cards[0].id)
    assert not live.cards[0].reaches_nobody


def live_form(prompt: Prompt) -> str:
    return f"/experiments/new?gate={prompt.id}&version=2"


def following(slug: str) -> FlowDocument:
    """Return a flow whose LLM node follows what stands in production of a prompt."""
    nodes = [
        flows.node("start", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        flows.node(
            "say",
            "llm",
            {"prompt": {"slug": slug, "values": {"question": "{{ start.message }}"}}, "user": "{{ start.message }}"},
        ),
        flows.node("end", "output"),
    ]
    return flows.document(nodes, [("start.message", "say.prompt"), ("say.text", "end.value")])


def test_a_card_says_how_a_version_stands() -> None:
    arms = (Arm(1, 1), Arm(2, 1))
    test = LiveTest(
        "lt", "p", "Answer", "production", arms, 1, Metric.ANSWERED, 0.02, None, State.RUNNING, "", "Ida", NOW
    )
    standing = Standing(Metric.ANSWERED, 2, 0.9, 0.8, 0.1, -0.02, 0.22, "cannot_tell", 140)
    report = Report(
        test,
        tuple(ArmReport(arm, 60, {Metric.ANSWERED: value}) for arm, value in zip(arms, (0.8, 0.9), strict=True)),
        (standing,),
        0.0001,
        split_is_broken=True,
    )
    card = live_card(report, NOW.tzinfo, NOW)  # type: ignore[arg-type]  # the moment is aware
    arm = card.arms[1]
    assert (arm.value, arm.words, arm.note) == (
        "90.0 %", "Cannot tell", "\u22122.0 pt to +22.0 pt, about 140 more would tell"
    )  # fmt: skip
    assert "trust no verdict" in card.broken


def test_a_guardrail_of_its_own_says_how_each_version_stands() -> None:
    arms = (Arm(1, 1), Arm(2, 1))
    test = LiveTest(
        "lt", "p", "A", "production", arms, 1, Metric.COST, 0.1, Metric.ANSWERED, State.RUNNING, "", "Ida", NOW
    )
    cost = Standing(Metric.COST, 2, 0.01, 0.02, -0.01, -0.02, -0.005, "better")
    guard = Standing(Metric.ANSWERED, 2, 0.7, 0.9, -0.2, -0.31, -0.09, "worse")
    told = ({Metric.ANSWERED: 0.9, Metric.COST: 0.02}, {Metric.ANSWERED: 0.7, Metric.COST: 0.01})
    reports = tuple(ArmReport(arm, 60, values) for arm, values in zip(arms, told, strict=True))
    card = live_card(Report(test, reports, (cost, guard), 0.5, split_is_broken=False), UTC, NOW)
    assert [(one.guard, one.guard_mark) for one in card.arms] == [
        ("Answer rate 90.0 %", ""),
        ("Answer rate 70.0 %, worse: \u221231.0 pt to \u22129.0 pt", "fail"),
    ]
    assert card.arms[1].words == "Better"
    alone = live_card(
        Report(replace(test, guardrail=Metric.COST), reports, (cost,), 0.5, split_is_broken=False), UTC, NOW
    )
    assert [one.guard for one in alone.arms] == ["", ""]


def test_a_version_without_a_weight_takes_no_part() -> None:
    wish = wish_of({"label": "production", "w1": "1", "w3": "", "guardrail": ""}, [3, 2, 1])
    assert (wish.arms, wish.guardrail, wish.metric) == ((Arm(1, 1),), None, Metric.ANSWERED)
    with pytest.raises(InvalidInput):
        wish_of({"w1": "-1"}, [1])
