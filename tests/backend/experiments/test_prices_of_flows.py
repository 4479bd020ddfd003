"""A flow that asks one model with a price and one without is not cheap by that."""

from __future__ import annotations

import math
from decimal import Decimal

from backend.experiments.types import FlowChoice, VariantDraft, to_take
from backend.flows.types import FlowDocument, RunWish, Trigger
from console.state.experiment_cell import _facts
from tests.backend.experiments.conftest import Lab
from tests.backend.experiments.test_prices import FREE, PAID, without_price
from tests.factories import flows

EVALUATORS = ({"kind": "contains", "values": ["a"]}, {"kind": "cost", "name": "dollars"})


def asking_both(one: str, two: str) -> FlowDocument:
    question = {"user": "{{ input.question }}"}
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("one", "llm", {**question, "model": one}),
        flows.node("two", "llm", {**question, "model": two}),
        flows.node("both", "template", {"template": "{{ one.text }} {{ two.text }}"}),
        flows.node("output", "output"),
    ]
    edges = [
        ("input.question", "one.data"),
        ("input.question", "two.data"),
        ("one.text", "both.data"),
        ("two.text", "both.data"),
        ("both.text", "output.value"),
    ]
    return flows.document(nodes, edges)


async def variants(lab: Lab) -> tuple[VariantDraft, VariantDraft]:
    await without_price(lab)
    lab.fill(40)
    for name, second in (("Paid", PAID), ("Mixed", FREE)):
        await lab.services.flows.create(lab.operator, name, document=asking_both(PAID, second))
    paid, mixed = (VariantDraft(name, flow=FlowChoice(name, "draft")) for name in ("paid", "mixed"))
    return paid, mixed


async def test_a_flow_of_which_one_model_has_no_price_is_not_cheaper(lab: Lab) -> None:
    done = await lab.ran(*await variants(lab), evaluators=EVALUATORS)
    found = await lab.service.comparison(lab.operator, done.id)
    assert found.unpriced == ("mixed",)
    for metric in ("cost", "dollars"):
        (cost,) = [one for one in found.metrics if one.metric == metric]
        assert (cost.verdict, math.isnan(cost.value)) == ("cannot_tell", True), metric
    assert [(one.variant, math.isnan(one.cost), one.on_front) for one in found.trade_offs] == [
        ("paid", False, True),
        ("mixed", True, False),
    ]
    assert to_take(found) == ""


async def test_its_answers_scored_again_have_no_price_either(lab: Lab) -> None:
    done = await lab.ran(*await variants(lab), evaluators=EVALUATORS[:1])
    again = await lab.service.score_again(lab.operator, done.id, EVALUATORS)
    await lab.service.start(lab.operator, again.id)
    await lab.executor.execute(again.id)
    found = await lab.service.comparison(lab.operator, again.id)
    assert found.unpriced == ("mixed",)
    assert [one.error for one in found.unscored] == ["No price is entered for the model that answered."]


async def test_an_answer_says_that_its_cost_is_without_a_model(lab: Lab) -> None:
    done = await lab.ran(*await variants(lab), evaluators=EVALUATORS)
    cells = await lab.cells(done)
    said = {}
    for cell in cells[:2]:
        opened = await lab.service.cell(lab.operator, done.id, cell.number)
        (cost,) = [one for one in _facts(opened) if one.name == "Cost"]
        said[cell.variant] = cost.words
    assert said == {
        "paid": "under $0.0001",
        "mixed": "under $0.0001, without a model that has no price",
    }


async def test_the_plan_names_a_flow_of_whose_models_one_has_no_price(lab: Lab) -> None:
    both = await variants(lab)
    await lab.ran(*both, evaluators=EVALUATORS[:1])
    draft = lab.draft(*both, evaluators=EVALUATORS[:1], budget=Decimal(1))
    assert (await lab.service.plan(lab.operator, draft)).unpriced == ("models of Mixed",)


async def test_a_run_that_is_read_again_has_no_price_either(lab: Lab) -> None:
    """As for a process that takes over after kill -9: the run ended, and its cell was not written yet."""
    await variants(lab)
    wish = RunWish(
        {"question": "q"}, "draft", trigger=Trigger.EXPERIMENT, run_id="run_0000000000000000000000000000abcd"
    )
    first = await lab.services.runs.run(lab.operator, "mixed", wish)
    again = await lab.services.runs.run(lab.operator, "mixed", wish)
    assert (first.usage.has_unpriced, again.usage) == (True, first.usage)
    detail = await lab.services.runs.get(lab.operator, again.run_id)
    assert {node.node: node.usage.has_unpriced for node in detail.nodes if node.kind == "llm"} == {
        "one": False,
        "two": True,
    }
