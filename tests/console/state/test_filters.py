"""A page that opens shows the whole list beside its empty filter."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Facet, Facets, FailedTools, Filters
from backend.datasets.types import About
from backend.prompts.types import Content, NewPrompt
from console.state.conversations_filters import asked_of, filter_lines, filters_of, pairs_of
from console.state.datasets import DatasetsState
from console.state.flows import FlowsState
from console.state.members import MembersState
from console.state.prompts import PromptsState
from tests.console.tab import Tab, tab

__all__ = ["tab"]


@pytest.mark.parametrize(
    ("kind", "search", "clears"),
    [
        (DatasetsState, "filter", "num_clears"),
        (FlowsState, "search", "num_clears"),
        (MembersState, "search", "num_clears"),
        (PromptsState, "search", "cleared"),
    ],
)
async def test_a_page_that_is_opened_again_forgets_its_filter(
    services: Services, tab: Tab, kind: Any, search: str, clears: str
) -> None:
    owner = await services.identity.ensure_owner()
    await services.flows.create(owner, "Desk")
    await services.datasets.create(owner, About("Questions"))
    await services.prompts.create(owner, NewPrompt("Answer", Content(text="Hello")))
    state = tab.state(kind)
    await state.load()
    drawn = getattr(state, clears)
    await getattr(state, search)("nothing is called so")
    assert (len(state.rows), getattr(state, clears)) == (0, drawn)
    await state.load()
    assert (len(state.rows), getattr(state, clears)) == (1, drawn + 1)


def test_a_flow_and_an_agent_of_one_name_are_told_apart() -> None:
    flows = (Facet("flow_1", "Desk", 1), Facet("agent:Desk", "Desk", 2), Facet("flow_2", "Sales", 3))
    (drawn,) = filter_lines(Facets(flows=flows), ())
    assert [one.name for one in drawn.lines] == ["Desk (flow)", "Desk (agent)", "Sales"]


def test_failed_turns_are_a_filter_where_any_failed() -> None:
    none = Facet("none", "none", 3)
    assert filter_lines(Facets(total=3, failed_turns=(Facet("some", "some", 0), none)), ()) == []
    (drawn,) = filter_lines(Facets(total=4, failed_turns=(Facet("some", "some", 1), none)), ())
    assert (drawn.title, [(one.name, one.count) for one in drawn.lines]) == (
        "Failed turns", [("One or more", "1"), ("None", "3")],
    )  # fmt: skip


def test_failed_calls_of_tools_are_a_filter_where_any_failed() -> None:
    none = Facet("none", "none", 3)
    assert filter_lines(Facets(total=3, failed_tools=(Facet("some", "some", 0), none)), ()) == []
    (drawn,) = filter_lines(Facets(total=4, failed_tools=(Facet("some", "some", 1), none)), ())
    assert (drawn.key, drawn.title, [(one.name, one.count) for one in drawn.lines]) == (
        "failed_tool", "Failed tool calls", [("One or more", "1"), ("None", "3")],
    )  # fmt: skip
    chosen = (("failed_tool", "some"),)
    assert filters_of("", chosen) == Filters(failed_tools=(FailedTools.SOME,))
    assert pairs_of(filters_of("", chosen)) == asked_of({"failed_tool": "some"}) == chosen


def test_satisfaction_is_a_filter_where_somebody_told_it() -> None:
    untold, told = Facet("unknown", "unknown", 3), Facet("2", "2", 1)
    assert filter_lines(Facets(total=3, satisfactions=(untold,)), ()) == []
    (drawn,) = filter_lines(Facets(total=4, satisfactions=(told, untold)), ())
    assert [(one.name, one.count) for one in drawn.lines] == [("2 of 5", "1"), ("Not told", "3")]
