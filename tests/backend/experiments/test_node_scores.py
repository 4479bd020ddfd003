"""Evaluators that look at a node of a flow in place of its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.evaluators.registry import kinds, read
from backend.experiments.named_nodes import worst_of
from backend.experiments.node_types import ABSENT, SILENT
from backend.experiments.passing import shortcomings
from backend.experiments.types import FlowChoice, VariantDraft
from backend.flows.service.runs import RunService
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows

AT_DRAFT = {"kind": "exact", "name": "draft", "node": "Draft", "target": 0.9}


def desk(*fields: str, draft: str, title: str = "Draft", last: str = "Last") -> flows.FlowDocument:
    """Return a flow that writes a draft, and answers with another text."""
    nodes = [
        flows.node("input", "input", flows.form(*(fields or ("question", "good", "weak")))),
        flows.node("first", "template", {"template": draft}, title=title),
        flows.node("last", "template", {"template": "Answer: {{ first.text }}"}, title=last),
        flows.node("output", "output"),
    ]
    edges = [("input.question", "first.data"), ("first.text", "last.data"), ("last.text", "output.value")]
    return flows.document(nodes, edges)


async def three(lab: Lab, *evaluators: dict[str, Any], **given: Any) -> Any:
    """Ask two flows with a draft and one without; the answer is what is expected of none."""
    lab.fill(4, wrong=(1, 2))
    for slug, document in (
        ("Old desk", desk(draft="{{ input.weak }}")),
        ("New desk", desk(draft="{{ input.good }}")),
        ("Bare desk", desk(draft="{{ input.good }}", title="Note")),
    ):
        await lab.services.flows.create(lab.operator, slug, document=document)
    variants = [VariantDraft(name, flow=FlowChoice(f"{name}-desk", "draft")) for name in ("old", "new", "bare")]
    return await lab.ran(*variants, prompt("said", "{{ good }}"), evaluators=evaluators, **given)


async def test_a_node_is_scored_in_place_of_the_answer_and_is_never_nought_where_it_is_not(lab: Lab) -> None:
    done = await three(lab, AT_DRAFT, {"kind": "exact"}, {"kind": "retrieval", "node": "first", "relevant": "good"})
    cells = await lab.cells(done)
    assert not [one for cell in cells for one in cell.scores.values() if "masks" in one.get("error", "")]
    by = {
        name: [cell.scores["draft"] for cell in cells if cell.variant == name]
        for name in ("old", "new", "bare", "said")
    }
    assert sorted(one["value"] for one in by["old"]) == [0.0, 0.0, 1.0, 1.0]
    assert {one["value"] for one in by["new"]} == {1.0}, "though no answer is what is expected"
    assert {cell.scores["exact"]["value"] for cell in cells if cell.variant == "new"} == {0.0}
    for name in ("bare", "said"):
        assert {(one["value"], one["label"], one["error"]) for one in by[name]} == {
            (None, ABSENT, f"Draft is {ABSENT}.")
        }
    assert "gives no passages" in next(cell for cell in cells if cell.variant == "new").scores["hit@5"]["error"]
    found = await lab.service.comparison(lab.operator, done.id)
    metrics = {(one.metric, one.variant): one for one in found.metrics}
    assert (metrics["draft", "new"].value, metrics["draft", "new"].node, metrics["draft", "new"].coverage) == (
        1.0,
        "Draft",
        1.0,
    )
    assert (metrics["draft", "bare"].num_rows, metrics["draft", "bare"].coverage) == (0, 0.0)
    lost = {(one.metric, one.variant): (one.num_failed, one.asks) for one in found.unscored}
    assert lost["draft", "bare"] == (4, False)
    (aim,) = found.aims
    assert aim.missed == ("old",)
    assert metrics["draft", "bare"].verdict == "cannot_tell"
    turned = await lab.service.comparison(lab.operator, done.id, baseline="bare")
    assert shortcomings(turned, {"draft"}, ["old"])[-1] == "draft of old is 50.0 %, its target 90.0 %."
    nodes = await lab.service.nodes(lab.operator, done.id, variant="new")
    scored = {one.node: [(score.metric, score.verdict) for score in one.scores] for one in nodes.nodes}
    assert scored["first"][0][0] == "draft"
    assert (scored["last"], set(nodes.maps)) == ([], {"old", "new"})
    assert ("first", "last") in nodes.maps["new"].tracks


async def test_a_failed_answer_is_no_nought_of_a_node_that_its_variant_has_not(lab: Lab) -> None:
    lab.fill(2)
    lab.rows = [*lab.rows, replace(lab.rows[0], id="item_3", number=3, input={"question": "?", "good": "a1"})]
    await lab.services.flows.create(
        lab.operator, "New desk", document=desk("question", "good", draft="{{ input.good }}")
    )
    flow = VariantDraft("flow", flow=FlowChoice("new-desk", "draft"))
    done = await lab.ran(flow, prompt("said", "{{ weak }}"), evaluators=(AT_DRAFT,))
    found = await lab.service.comparison(lab.operator, done.id)
    (draft,) = [one for one in found.metrics if one.metric == "draft"]
    assert (draft.num_rows, draft.coverage) == (0, 0.0)
    assert "said" not in found.aims[0].missed
    rows = await lab.service.compared_rows(lab.operator, done.id, "said", metric="draft")
    assert {one.change for one in rows.items} == {"other"}, "nothing broke in a node that is not there"
    by_variant = {one.node: one.asks for one in done.pinned[0].nodes}
    assert by_variant == dict.fromkeys(("input", "first", "last", "output"), False)
    first = read([AT_DRAFT])[0]
    assert (worst_of(first, done.pinned), worst_of(first, done.pinned[:1])) == (None, 0.0)


async def test_a_node_that_no_variant_has_is_refused_and_one_that_some_lack_is_told(lab: Lab) -> None:
    lab.fill(2)
    await lab.services.flows.create(lab.operator, "New desk", document=desk(draft="{{ input.good }}"))
    variants = VariantDraft("flow", flow=FlowChoice("new-desk", "draft")), prompt("said", "{{ good }}")
    with pytest.raises(InvalidInput, match="No variant has one node called Sketch") as refused:
        await lab.service.create(lab.operator, lab.draft(*variants, evaluators=({**AT_DRAFT, "node": "Sketch"},)))
    assert list(refused.value.fields or ()) == ["evaluators.0.node"]
    assert "Draft" in refused.value.hint
    two = desk(draft="{{ input.good }}", title="Sketch", last="Sketch")
    await lab.services.flows.create(lab.operator, "Two", document=two)
    twice = VariantDraft("flow", flow=FlowChoice("two", "draft"))
    with pytest.raises(InvalidInput, match="flow has 2 nodes called Sketch: say which by its id, first or last"):
        await lab.service.create(lab.operator, lab.draft(twice, evaluators=({**AT_DRAFT, "node": "Sketch"},)))
    plan = await lab.service.plan(lab.operator, lab.draft(*variants, evaluators=(AT_DRAFT,)))
    assert "draft: Draft is not in said, so nothing is scored there." in plan.unknown
    for kind in ("human", "pairwise"):
        with pytest.raises(InvalidInput, match="whole answers alone"):
            await lab.service.plan(lab.operator, lab.draft(*variants, evaluators=({"kind": kind, "node": "Draft"},)))
    offered = {one.kind: "node" in one.schema["properties"] for one in kinds()}
    assert [name for name, has in offered.items() if not has] == ["pairwise", "human"]


async def test_what_a_node_said_is_not_scored_by_its_placeholders(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_masked(*_: object) -> bool:
        return True

    monkeypatch.setattr(RunService, "is_masked", is_masked)
    done = await three(lab, AT_DRAFT)
    said = {cell.scores["draft"].get("error", "") for cell in await lab.cells(done) if cell.variant == "new"}
    assert all("masks what its runs keep" in one for one in said)


async def test_a_node_on_a_way_that_was_not_taken_has_no_score_and_no_error(lab: Lab) -> None:
    lab.fill(2)
    nodes = [
        flows.node("input", "input", flows.form("question", "good")),
        flows.node("way", "condition", {"cases": [{"name": "never", "rules": [{"operator": "is_empty"}]}]}),
        flows.node("draft", "template", {"template": "{{ input.good }}"}),
        flows.node("output", "output"),
    ]
    document = flows.document(
        nodes, [("input.question", "way.value"), ("way.never", "draft.data"), ("input.good", "output.value")]
    )
    await lab.services.flows.create(lab.operator, "New desk", document=document)
    flow = VariantDraft("flow", flow=FlowChoice("new-desk", "draft"))
    done = await lab.ran(flow, evaluators=({"kind": "exact", "node": "draft"},))
    assert {(cell.scores["exact"]["value"], cell.scores["exact"]["label"], "error" in cell.scores["exact"])
            for cell in await lab.cells(done)} == {(None, SILENT, False)}  # fmt: skip
