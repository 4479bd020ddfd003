"""The run panel of a project that masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx

from backend.bootstrap import Services
from backend.flows.types import FlowDocument
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from console.state.flows_draft import FlowDraftState
from console.state.flows_live import FlowLiveState
from console.state.flows_run import FlowRunState
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import chat, echo
from tests.planting import columns_with

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.mark.parametrize("flow", [chat, echo])
async def test_what_is_masked_stands_in_no_state_of_the_tab(
    services: Services, tab: Tab, person: Operator, monkeypatch: pytest.MonkeyPatch, flow: Callable[[], FlowDocument]
) -> None:
    """States may lie in Redis, and a tab that is loaded anew draws them."""
    await services.masking.set_rules(person, MaskingRules(frozenset(Kind)))
    made = await services.flows.create(person, "Desk", document=flow())
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    panel, live, stored = tab.state(FlowRunState), tab.state(FlowLiveState), []
    draw = FlowLiveState._draw

    def drawn(state: Any, *values: Any) -> None:
        draw(state, *values)
        stored.append(_stored(tab.root))

    monkeypatch.setattr(FlowLiveState, "_draw", drawn)
    await panel.open()
    field = "message" if flow is chat else "question"
    for _ in range(2):
        await panel.send({field: "I am ada@example.org"})
        stored.append(_stored(tab.root))
        await spent(FlowRunState.event_handlers["run_draft"].fn(panel, {field: "I am ada@example.org"}))
        stored.append(_stored(tab.root))
    assert len(stored) > 6
    assert b"Desk" in stored[-1]
    assert [one for one in stored if b"ada@example" in one] == []
    said = ["".join(part.text for part in line.pieces) for line in panel.said]
    assert [one.partition("I am ")[2] for one in said] == ["[e-mail 1]"] * 4
    assert live.answer == ""
    assert await columns_with(services.units, "ada@example") == []


def _stored(state: rx.State) -> bytes:
    """Return a state and those below it as Redis holds them."""
    return state._serialize() + b"".join(map(_stored, state.substates.values()))
