"""A question from the home page, called as the socket calls it."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.engines.events.in_process import InProcessEvents
from backend.errors import NotFound
from backend.flows.types import RunWish
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from console.state import ask
from console.state.ask import AskState
from console.state.flows_live import hear
from console.state.run_board import RunBoard
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import greeting

__all__ = ["tab"]


@pytest.fixture
async def operator(services: Services) -> Operator:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Desk", document=greeting())
    return owner


async def test_a_question_that_cannot_be_asked_says_why_and_opens_the_field_again(
    services: Services, operator: Operator, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> None:
        raise NotFound("The example is gone.", hint="Make it again.")

    state = tab.state(AskState)
    monkeypatch.setattr(services.runs, "stream", refuse)
    await spent(AskState.event_handlers["ask"].fn(state, state.question))
    assert (state.error, state.hint, state.is_asking) == ("The example is gone.", "Make it again.", False)


async def test_drawing_that_fails_ends_the_subscription(
    services: Services, operator: Operator, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(services.events, InProcessEvents)

    def fail(*_: Any) -> None:
        assert services.events.num_topics == 1
        raise ValueError

    state = tab.state(AskState)
    monkeypatch.setattr(AskState, "_hear", fail)
    asked = await services.runs.stream(operator, "desk", RunWish({"question": "you"}, "draft"))
    with pytest.raises(ValueError):
        await state._follow(asked)
    assert services.events.num_topics == 0
    shown = await services.runs.stream(operator, "desk", RunWish({"question": "you"}, "draft"))
    with pytest.raises(ValueError):
        await hear(fail, operator, RunBoard(), shown)
    assert services.events.num_topics == 0


async def test_an_answer_names_its_question_and_the_first_one_is_not_asked_again(
    services: Services, operator: Operator, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tab.state(AskState)
    seen: list[tuple[str, bool]] = []

    async def refuse(*_: Any) -> None:
        seen.append((state.asked, state.answered))
        raise NotFound("The example is gone.")

    monkeypatch.setattr(services.runs, "stream", refuse)
    for question in ("How long?", "How much?"):
        await state.send({"question": question})
        await spent(AskState.event_handlers["ask"].fn(state, state.question))
    assert seen == [("How long?", False), ("How much?", True)]
    state.question = "something that was typed and not asked"
    assert state.asked == "How much?"


async def test_what_is_masked_stands_nowhere_in_the_answer(
    services: Services, operator: Operator, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.masking.set_rules(operator, MaskingRules(frozenset(Kind)))
    await services.flows.publish(operator, "desk")
    monkeypatch.setattr(ask, "SLUG", "desk")
    state = tab.state(AskState)
    await state.send({"question": "ada@example.org"})
    await spent(AskState.event_handlers["ask"].fn(state, "ada@example.org"))
    assert (state.asked, state.spoken, state.error) == ("[e-mail 1]", "Hello [e-mail 1]", "")
    assert b"ada@" not in state._serialize()
