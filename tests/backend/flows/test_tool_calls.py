"""What an agent called stands with its answer in the log, masked, and below its node in the trace."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.conversations.shapes import MAX_RESULT_CHARACTERS
from backend.conversations.types import Filters, Message
from backend.flows.asking import MAX_RESULT_CHARACTERS as TOLD
from backend.flows.asking import cut
from backend.flows.service.run_log import RunLog
from backend.flows.types import RunStatus, RunWish
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from console.state.conversations_rows import ToolLine, tool_line
from console.state.trace import TraceState
from tests.backend.flows.test_run_log import log
from tests.backend.turns.test_keeping import publish, say
from tests.backend.turns.test_replaying import answering, owner
from tests.console.tab import Tab, tab
from tests.factories import flows

__all__ = ["log", "owner", "tab"]


async def last(services: Services, owner: Operator, conversation_id: str) -> Message:
    return (await services.conversations.opened(owner, conversation_id, 1)).messages[-1]


async def test_an_agents_calls_stand_with_its_answer_and_in_its_trace(
    services: Services, owner: Operator, tab: Tab
) -> None:
    await publish(services, owner, flows.agent())
    async with answering(services, lambda _: "x" * 5_000):
        conversation, _ = await say(services, owner, {"message": "a-1"})
    answer = await last(services, owner, conversation)
    (call,) = answer.tool_calls
    assert {name: call[name] for name in ("name", "arguments", "failed")} == {
        "name": "look_up", "arguments": {"number": "a-1"}, "failed": False,
    }  # fmt: skip
    assert call["result"] == f"{'x' * MAX_RESULT_CHARACTERS}…"
    line = tool_line(call)
    assert (line.name, line.arguments, line.result) == ("look_up", '{"number": "a-1"}', call["result"])
    assert line.time.endswith("ms")
    (step,) = (await services.runs.get(owner, answer.run_id)).nodes[1].detail["steps"]
    assert step["result"] == "x" * 5_000
    trace = tab.at("/conversations").state(TraceState)
    await trace.show(answer.run_id)
    assert [(one.plate, one.title) for one in trace.lines] == [
        ("01", "start"), ("02", "ask"), ("", "look_up"), ("03", "end"),
    ]  # fmt: skip
    node, below = trace.lines[1:3]
    assert node.left <= below.left <= below.left + below.width <= node.left + node.width + 1
    await trace.choose(below.node)
    assert (trace.node.title, trace.node.mark, trace.node.inputs.lines[0].text) == ("ask, look_up", "ok", "a-1")
    assert trace.node.output.lines[0].text.startswith("xxx")
    await trace.choose(f"{below.node}1")
    assert trace.chosen == ""


@pytest.mark.parametrize("mode", ["chat", "form"])
async def test_what_a_tool_gave_is_masked_as_the_answer_is(
    services: Services, owner: Operator, log: RunLog, mode: str
) -> None:
    """Also where what is shown of it ends within a value."""
    ahead = f"It is {'x ' * 990}"
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    await publish(services, owner, flows.agent(mode))
    async with answering(services, lambda _: f"{ahead}ada.lovelace@example.org's"):
        ran = await services.runs.run(owner, "desk", RunWish({"message": "of ada@example.org"}))
    await log.write()
    (found,) = (await services.conversations.list(owner, Filters(), Page())).items
    (call,) = (await last(services, owner, found.id)).tool_calls
    assert (call["arguments"], call["result"]) == (
        {"number": "of [e-mail 1]"},
        f"{ahead}[e-mail 2]'s"[:MAX_RESULT_CHARACTERS],
    )
    assert ran.status is RunStatus.DONE


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ({"function": {"name": "f", "arguments": "{}"}}, ToolLine("f", "{}")),
        ({"name": "f", "input": {"a": 1}, "result": {"b": 2}, "time_ms": "soon"}, ToolLine("f", '{"a": 1}')),
        ({"name": "f", "arguments": {}, "result": "No.", "failed": True, "time_ms": 1_200},
         ToolLine("f", "{}", "No.", failed=True, time="1.2 s")),
    ],
)  # fmt: skip
def test_a_call_of_any_shape_is_a_line(call: dict[str, object], line: ToolLine) -> None:
    assert tool_line(call) == line


@pytest.mark.parametrize("value", ["ada.lovelace@example.org", "4111 1111 1111 1111", "+49 30 901 820-12"])
def test_a_result_is_not_cut_within_a_value(value: str) -> None:
    for shown in range(1, len(value) + 1):
        ahead = "x " * ((TOLD - shown) // 2)
        given = f"{ahead}{' ' * (TOLD - shown - len(ahead))}{value} and more"
        assert cut(given).rstrip() in {ahead.rstrip(), given[: given.index(value)] + value}
    assert cut("x" * (TOLD + 1)) == "x" * TOLD
    assert cut(given[:TOLD]) == given[:TOLD]
