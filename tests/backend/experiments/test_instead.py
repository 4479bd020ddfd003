"""A flow on another model, and over another knowledge base, without a change to the flow."""

from __future__ import annotations

from typing import Any

import pytest

from backend.errors import Conflict, InvalidInput
from backend.experiments.types import FlowChoice, VariantDraft
from backend.flows.instead import Instead, with_others
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows


def document(base: str = "kb_old") -> flows.FlowDocument:
    """Return a flow that searches in a node, asks a model, and has an agent with a search of its own."""
    tool = {"type": "knowledge", "name": "look", "knowledge_bases": [base], "limit": 3}
    other = {"type": "http", "name": "get", "url": "http://api.example/{number}", "arguments": [{"name": "number"}]}
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("find", "knowledge_search", {"knowledge_bases": [base], "limit": 4}),
        flows.node("say", "llm", {"user": "{{ input.question }}", "temperature": 0.5}),
        flows.node("act", "agent", {"tools": [tool, other], "model": "scripted:scripted"}),
        flows.node("output", "output"),
    ]
    edges = [("input.question", "find.query"), ("input.question", "act.prompt"), ("say.text", "output.value")]
    return flows.document(nodes, [*edges, ("find.text", "say.data")])


def config(changed: flows.FlowDocument, node: str) -> dict[str, Any]:
    found = changed.node(node)
    assert found is not None
    return found.config


def test_every_node_that_asks_or_searches_heeds_it_and_keeps_the_rest() -> None:
    before = document()
    changed = with_others(before, Instead("lab:echo", "kb_new", 7, "keyword"))
    assert config(changed, "find") == {"knowledge_bases": ["kb_new"], "limit": 7, "mode": "keyword"}
    assert config(changed, "say") == {"user": "{{ input.question }}", "temperature": 0.5, "model": "lab:echo"}
    act = config(changed, "act")
    assert (act["model"], act["tools"][0]["knowledge_bases"], act["tools"][0]["limit"]) == ("lab:echo", ["kb_new"], 7)
    assert act["tools"][1] == config(before, "act")["tools"][1], "a tool that does not search stays"
    assert config(with_others(before, Instead(passages=2)), "find") == {"knowledge_bases": ["kb_old"], "limit": 2}
    assert with_others(before, Instead()) is before
    assert changed.fingerprint() != before.fingerprint()


def test_what_no_node_would_heed_is_refused() -> None:
    for instead, words in ((Instead("lab:echo"), "asks a model"), (Instead("", "kb_new"), "searches")):
        with pytest.raises(InvalidInput, match=words):
            with_others(flows.greeting(), instead)
    with pytest.raises(InvalidInput, match="limit"):
        with_others(document(), Instead(passages=30))


async def test_a_variant_runs_its_flow_on_another_model_and_base_and_the_flow_stays(lab: Lab) -> None:
    lab.fill(2)
    bases = [await lab.services.knowledge.create(lab.operator, name) for name in ("Handbook", "Handbook 2027")]
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("find", "knowledge_search", {"knowledge_bases": [bases[0].id]}),
        flows.node("say", "llm", {"user": "{{ input.question }}"}),
        flows.node("output", "output"),
    ]
    edges = [("input.question", "find.query"), ("find.text", "say.data"), ("say.text", "output.value")]
    own = flows.document(nodes, edges)
    made = await lab.services.flows.create(lab.operator, "Desk", document=own)
    plain = VariantDraft("plain", flow=FlowChoice("desk", "draft"))
    other = VariantDraft("other", flow=FlowChoice("desk", "draft", "handbook 2027", 8, "keyword"), model="echo")
    done = await lab.ran(plain, other)
    assert [one.words for one in done.pinned] == [
        "Desk draft",
        "Desk draft, echo, Handbook 2027, 8 passages, keyword search",
    ]
    assert done.draft.variants[1].flow == FlowChoice("desk", "draft", bases[1].id, 8, "keyword"), (
        "by its id, which stays"
    )
    ran = {cell.variant: await lab.services.runs.get(lab.operator, cell.run_id) for cell in await lab.cells(done)}
    searched = {name: one.document.node("find").config for name, one in ran.items()}  # type: ignore[union-attr]
    assert searched == {
        "plain": {"knowledge_bases": [bases[0].id]},
        "other": {"knowledge_bases": [bases[1].id], "limit": 8, "mode": "keyword"},
    }
    models = {name: next(node.detail["model"] for node in one.nodes if node.node == "say") for name, one in ran.items()}
    assert models == {"plain": "scripted:scripted", "other": "lab:echo"}
    assert (await lab.services.flows.get(lab.operator, "desk")).draft == made.draft, "the flow is as it was"
    with pytest.raises(Conflict, match="Desk ran with echo, Handbook 2027"):
        await lab.service.promotion(lab.operator, done.id, "other")
    assert (await lab.service.promotion(lab.operator, done.id, "plain")).kind == "flow"
    plan = await lab.service.plan(lab.operator, lab.draft(plain, other))
    assert any(one.startswith("other: told from runs of Desk as it is") for one in plan.unknown)


async def test_a_base_or_a_flow_that_cannot_be_meant_is_named(lab: Lab) -> None:
    lab.fill(1)
    await lab.services.flows.create(lab.operator, "Desk", document=flows.greeting())
    wrong: tuple[tuple[FlowChoice, str, str], ...] = (
        (FlowChoice("desk", "draft", "Nowhere"), "", "no knowledge base called Nowhere"),
        (FlowChoice("desk", "draft"), "echo", "No node of this flow asks a model"),
        (FlowChoice("desk", "draft", passages=3), "", "No node of this flow searches"),
        (FlowChoice("desk", "draft", passages=0), "", "1 to 20 passages"),
    )
    for choice, model, words in wrong:
        with pytest.raises(InvalidInput, match=words):
            await lab.service.plan(
                lab.operator, lab.draft(VariantDraft("flow", flow=choice, model=model), prompt("b", "x"))
            )
