"""One answer is opened with what it was asked, rendered anew of what is pinned."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.errors import Forbidden, NotFound
from backend.experiments.types import CellStatus, FlowChoice, PromptChoice, VariantDraft
from backend.operator import Permission
from backend.prompts.asked import SCHEMA_WORDS
from backend.prompts.types import Content, NewPrompt, ToolSpec
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.test_removed_rows import erase
from tests.factories import flows


async def test_an_opened_answer_tells_the_messages_that_the_model_got(lab: Lab) -> None:
    lab.fill(2)
    content = {
        "kind": "chat",
        "messages": [
            {"role": "system", "content": "Be brief about {{ good }}."},
            {"placeholder": "history"},
            {"role": "user", "content": "{{ question }}"},
        ],
        "temperature": 0.5,
    }
    for row in lab.rows:
        row.input["history"] = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    kept = await lab.services.prompts.create(lab.operator, NewPrompt("Chat", Content.model_validate(content)))
    choice = PromptChoice(id=kept.id, version=1)
    made = await lab.ran(VariantDraft("chat", prompt=choice, model="echo"), prompt("inline", "{{ weak }}", "400"))
    changed = {**content, "messages": [{"role": "user", "content": "later"}]}
    await lab.services.prompts.save_version(lab.operator, kept.id, Content.model_validate(changed))
    sent = [[(one["role"], one["content"]) for one in request["messages"]] for request in lab.server.seen]
    for cell in await lab.cells(made):
        opened = await lab.service.cell(lab.operator, made.id, cell.number)
        assert opened.cell == cell
        assert list(opened.messages) in sent
        assert (opened.input, opened.problem) == (lab.rows[cell.row - 1].input, "")
        if cell.variant == "chat":
            assert (opened.model, opened.parameters, opened.words) == (
                "lab:echo",
                {"temperature": 0.5},
                "Chat v1, echo",
            )
            assert opened.messages[1:3] == (("user", "hi"), ("assistant", "hello"))
            assert opened.cell.scores["exact"]["passed"] is False
        else:
            assert (opened.cell.status, bool(opened.cell.error)) == (CellStatus.FAILED, True)
            assert opened.messages == (("user", f"a{cell.row}"),)
    await erase(lab, "item_1")
    gone = await lab.service.cell(lab.operator, made.id, 0)
    assert (gone.messages, gone.input) == ((), None)
    assert gone.problem.startswith("Its row is in the dataset no more")
    await lab.services.prompts.delete(lab.operator, kept.id)
    without = next(one for one in await lab.cells(made) if one.variant == "chat" and one.row == 2)
    assert (await lab.service.cell(lab.operator, made.id, without.number)).problem
    with pytest.raises(NotFound):
        await lab.service.cell(lab.operator, made.id, 99)
    for permission in (Permission.EXPERIMENTS_READ, Permission.PROMPTS_READ):
        nobody = replace(lab.operator, permissions=lab.operator.permissions - {permission})
        with pytest.raises(Forbidden):
            await lab.service.cell(nobody, made.id, without.number)


async def test_an_opened_answer_tells_the_tools_it_called_and_what_a_flow_was_given(lab: Lab) -> None:
    lab.fill(1)
    tool = ToolSpec(name="look_up", description="", parameters={"type": "object"}, result="42")
    kept = await lab.services.prompts.create(
        lab.operator, NewPrompt("Tooled", Content(text="{{ good }}", tools=(tool,)))
    )
    tooled = VariantDraft("tooled", prompt=PromptChoice(id=kept.id, version=1), model="tools-for-ever")
    document = flows.one("llm", {"model": "lab:echo"}, "prompt", "text")
    await lab.services.flows.create(lab.operator, "Desk", document=document)
    flow = VariantDraft("flow", flow=FlowChoice("desk", "draft"))
    made = await lab.ran(tooled, flow, evaluators=())
    by_variant = {
        cell.variant: await lab.service.cell(lab.operator, made.id, cell.number) for cell in await lab.cells(made)
    }
    opened = by_variant["tooled"]
    assert [one["name"] for one in opened.tools] == ["look_up"]
    assert {one["result"] for one in opened.calls} == {"42"}
    assert (opened.cell.status, len(opened.calls)) == (CellStatus.FAILED, lab.server.requests["tools-for-ever"])
    assert opened.messages == (("system", "a1"), ("user", "q1"))
    ran = by_variant["flow"]
    assert (ran.kind, ran.messages, bool(ran.given), bool(ran.cell.run_id)) == ("flow", (), True, True)


async def test_what_a_variant_chose_reaches_the_model_and_nothing_else_does(lab: Lab) -> None:
    lab.fill(1)
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    chosen = {"temperature": 0.3, "max_tokens": 50, "stop": ["END"]}
    tool = ToolSpec(name="search", parameters={"type": "object", "properties": {"q": {"type": "string"}}}, result="42")
    own = Content(text="{{ good }}", temperature=0.7, max_tokens=60, tools=(tool,))
    kept = await lab.services.prompts.create(lab.operator, NewPrompt("Tooled", own))
    tooled = PromptChoice(id=kept.id, version=1)
    made = await lab.ran(
        prompt("strict", "{{ good }}", "lab:scripted", **chosen, json_schema=schema),
        prompt("told", "{{ good }}", "echo", **chosen, json_schema=schema),
        prompt("bare", "{{ good }}", "no-usage"),
        VariantDraft("its own", prompt=tooled, model="lab:scripted"),
        VariantDraft("another", prompt=tooled, model="lab:scripted", parameters={"temperature": 0, "stop": ["END"]}),
        evaluators=(),
        concurrency=1,
    )
    cells, sent = await lab.cells(made), [_chosen(request) for request in lab.server.seen]
    assert {cell.status for cell in cells} == {CellStatus.DONE}
    shape = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    assert sent[:3] == [{**chosen, "response_format": shape}, chosen, {}]
    called = {"type": "function", "function": {"name": tool.name, "description": "", "parameters": tool.parameters}}
    for request, parameters in zip(
        (sent[3], sent[5]), ({"temperature": 0.7}, {"temperature": 0, "stop": ["END"]}), strict=True
    ):
        (given,) = request.pop("tools")
        assert given | {"function": {**given["function"], "parameters": tool.parameters}} == called
        assert request == {"tool_choice": "auto", "max_tokens": 60, **parameters}
    said = f"{SCHEMA_WORDS}\n{json.dumps(schema)}"  # which it cannot be held to
    assert lab.server.seen[1]["messages"][0] == {"role": "system", "content": said}
    assert (await lab.service.cell(lab.operator, made.id, 1)).messages == (("system", said), ("user", "a1"))


def _chosen(request: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent beside the messages; how it is streamed is nobody's choice."""
    return {
        name: value for name, value in request.items() if name not in ("model", "messages", "stream", "stream_options")
    }
