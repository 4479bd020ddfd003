"""The page of one run, called as the socket calls it."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.flows.types import RunWish
from console.pages.run import run
from console.state.run_page import RunPageState
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import echo

__all__ = ["tab"]


async def test_the_canvas_of_a_run_calls_a_knowledge_base_by_its_name(services: Services, tab: Tab) -> None:
    operator = await services.identity.ensure_owner()
    base = await services.knowledge.create(operator, "Help centre")
    await services.flows.create(operator, "Desk", slug="desk", document=echo())
    done = await services.runs.run(operator, "desk", RunWish({"question": "One"}, "draft"))
    state = tab.at(f"/runs/{done.run_id}").state(RunPageState)
    await spent(RunPageState.event_handlers["load"].fn(state))
    assert (state.phase, state.names[base.id]) == ("ready", "Help centre")
    assert "names:" in str(run()).partition("FlowCanvas")[2].partition("FlowFeed")[0]
