"""The list of flows, called as the socket calls it."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.operator import Operator
from console.state.flows import FlowsState
from tests.console.tab import Tab, tab

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_the_filter_finds_what_stands_below_the_first_page(
    services: Services, tab: Tab, person: Operator
) -> None:
    await services.flows.create(person, "Straße gesperrt")
    for number in range(53):
        await services.flows.create(person, f"Flow {number}")
    state = tab.state(FlowsState)
    await state.load()
    assert (len(state.rows), state.has_more) == (50, True)
    await state.search("STRASSE")
    assert ([row.name for row in state.rows], state.has_more) == (["Straße gesperrt"], False)
    await state.search("flow")
    assert (len(state.rows), state.has_more) == (50, True)
    await state.more()
    assert (len({row.id for row in state.rows}), state.has_more) == (53, False)
    await state.search("no such flow")
    assert (state.phase, state.rows, state.shown) == ("ready", [], "")
