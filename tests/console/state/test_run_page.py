"""The page of one run, called as the socket calls it."""

from __future__ import annotations

from dataclasses import replace

from backend.bootstrap import Services
from backend.flows.types import RunWish, Usage
from console.pages.run import run
from console.state.run_page import RunPageState
from console.state.trace import TraceState
from console.state.trace_rows import opened_first
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import asking, echo

__all__ = ["tab"]


async def test_the_canvas_of_a_run_calls_a_knowledge_base_by_its_name(services: Services, tab: Tab) -> None:
    operator = await services.identity.ensure_owner()
    base = await services.knowledge.create(operator, "Help centre")
    await services.flows.create(operator, "Desk", slug="desk", document=echo())
    done = await services.runs.run(operator, "desk", RunWish({"question": "One"}, "draft"))
    state = tab.at(f"/runs/{done.run_id}").state(RunPageState)
    await spent(RunPageState.event_handlers["load"].fn(state))
    assert (state.phase, state.names[base.id]) == ("ready", "Help centre")
    trace = tab.state(TraceState)
    await trace.show(done.run_id)
    assert [one.text for one in trace.node.inputs.lines] == ["One"]
    first, last = trace._nodes[0], trace._nodes[-1]
    assert opened_first((replace(first, usage=Usage(9, 3)), last)) == first.node != opened_first((first, last))
    assert (trace.node.gave, [one.text for one in trace.node.output.lines]) == ("Output", ["One"])
    assert "names:" in str(run()).partition("FlowCanvas")[2].partition("FlowFeed")[0]


async def test_the_trace_of_a_run_that_waits_is_open_where_it_waits(services: Services, tab: Tab) -> None:
    operator = await services.identity.ensure_owner()
    await services.flows.create(operator, "Refunds", slug="refunds", document=asking(question="Refund?"))
    waits = await services.runs.run(operator, "refunds", RunWish({"question": "$389"}, "draft"))
    trace = tab.state(TraceState)
    await trace.show(waits.run_id)
    assert (trace.chosen, trace.node.words) == ("ask", "Waiting for a person")
    assert {line.node: line.time for line in trace.lines if not line.time.endswith("ms")} == {
        "ask": "Waiting", "no": "Not reached", "output": "Not reached",
    }  # fmt: skip
