"""The first screen: its steps, and the home behind it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role as Speaker
from backend.identity.permissions import Role
from backend.operator import Operator
from console.state.first_run import FirstRunState
from console.state.home import HomeState
from console.state.home_needs import SummaryLine
from tests.console.tab import Tab, tab
from tests.factories.people import join

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_the_first_screen_stands_while_the_example_is_made(
    services: Services, tab: Tab, person: Operator
) -> None:
    state = tab.state(FirstRunState)
    with services.demo._making(person):
        await state.load()
        assert (state.phase, state.seeded, state.over, state.empty, state.kit) == ("ready", False, False, False, [])
        assert [step.kind for step in (state.ask, state.add, state.connect)] == ["now", "", ""]
        home = tab.state(HomeState)
        assert home.summary == [], "nothing needs anybody yet"
        await services.flows.create(person, "Half done")
        await state.load()
        assert (state.over, [line.name for line in home.needs]) == (False, ["Half done"]), (
            "needs stand before the steps"
        )
        await state.hide()
        assert state.over
        await state.show()
        assert not state.over


@pytest.mark.parametrize(("days", "over"), [([0] * 19, False), ([0] * 20, True), ([0, 1], True)])
async def test_a_project_in_use_has_its_home_until_the_steps_are_asked_for(
    services: Services, tab: Tab, person: Operator, days: list[int], *, over: bool
) -> None:
    for at, day in enumerate(days):
        began = datetime(2026, 11, 2 + day, 12, tzinfo=UTC)
        said = (Told(Speaker.USER, "Is it open?", at=began),)
        await services.conversations.report(person, Report(f"talk {at}", "a", "A", messages=said))
    state = tab.state(FirstRunState)
    with services.demo._making(person):
        await state.load()
        assert state.over is over
        await state.show()
        assert not state.over
        await state.load()
        assert not state.over
        await state.hide()
        assert state.over


async def test_a_project_without_an_example_says_that_it_is_empty(
    services: Services, tab: Tab, person: Operator
) -> None:
    """Nothing is being read in there, and nothing comes by itself."""
    state = tab.state(FirstRunState)
    await state.load()
    assert (state.over, state.empty, state.steps_left, state.may_fill) == (True, True, False, True)
    assert await services.demo.added_documents(person) == ([], False)
    await services.flows.create(person, "Half done")
    await state.load()
    assert (state.over, state.empty) == (True, False)


async def test_who_may_run_nothing_is_given_no_steps(services: Services, person: Operator) -> None:
    state = Tab(await join(services.units, person, "Kai", Role.VIEWER)).state(FirstRunState)
    with services.demo._making(person):
        await state.load()
    assert (state.over, state.steps_left, state.may_fill, state.may_connect) == (True, False, False, False)


async def test_the_home_lists_a_flow_that_cannot_be_published(services: Services, tab: Tab, person: Operator) -> None:
    await services.flows.create(person, "Half done")
    state = tab.state(HomeState)
    await state.load()
    assert (state.phase, [row.name for row in state.flows]) == ("ready", ["Half done"])
    assert state.summary == [SummaryLine("warn", "1 flow not ready to publish", "#needs")]
    assert state.needs[0].act == "Open in the builder"
