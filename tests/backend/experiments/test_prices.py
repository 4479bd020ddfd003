"""Nobody knows what a model without a price costs, and it never wins by that."""

from __future__ import annotations

import math
from decimal import Decimal

from sqlalchemy import update
from sqlmodel import col

from backend.experiments.types import Comparison, FlowChoice, VariantDraft, to_take
from backend.flows.models import NodeRunRow, RunRow
from backend.ports.jobs import BY_ID
from backend.providers.types import ModelDraft, ProviderDraft
from console.state import formats
from console.state.experiment_picture import picture_of
from console.state.experiment_plan import plan_view
from console.state.experiment_rows import verdict_cards
from tests.backend.experiments.conftest import Lab, prompt
from tests.backend.experiments.dissected import two_flows
from tests.factories import flows

FREE, PAID = "free:echo", "lab:echo"


async def without_price(lab: Lab) -> None:
    """Connect the same server once more, with no price entered."""
    address = (await lab.services.providers.get(lab.operator, lab.provider_id)).base_url
    draft = ProviderDraft("Free", address, (ModelDraft("echo"),), api_key="lab-key-0001", allow_private_address=True)
    await lab.services.providers.create(lab.operator, draft)


async def compared(lab: Lab, *variants: VariantDraft, baseline: str = "") -> Comparison:
    done = await lab.ran(*variants, evaluators=({"kind": "exact"}, {"kind": "cost", "name": "dollars"}))
    return await lab.service.comparison(lab.operator, done.id, baseline)


async def test_no_variant_is_cheaper_or_taken_because_its_model_has_no_price(lab: Lab) -> None:
    await without_price(lab)
    lab.fill(40)
    found = await compared(lab, prompt("paid", "{{ good }}", PAID), prompt("free", "{{ good }}", FREE))
    for metric in ("cost", "dollars"):
        (cost,) = [one for one in found.metrics if one.metric == metric]
        assert (cost.verdict, cost.num_rows, math.isnan(cost.value)) == ("cannot_tell", 0, True), metric
    assert found.unpriced == ("free",)
    assert [(one.variant, math.isnan(one.cost), one.on_front) for one in found.trade_offs] == [
        ("paid", False, True),
        ("free", True, False),
    ]
    assert (to_take(found), [one.reason for one in found.savings if one.metric == "cost"]) == ("", ["none_less"])
    (lost,) = found.unscored
    assert (lost.metric, lost.variant, lost.error) == (
        "dollars",
        "free",
        "No price is entered for the model that answered.",
    )


async def test_the_page_says_of_which_variants_no_price_is_known(lab: Lab) -> None:
    await without_price(lab)
    lab.fill(40)
    done = await lab.ran(prompt("paid", "{{ good }}", PAID), prompt("free", "{{ good }}", FREE))
    found = await lab.service.comparison(lab.operator, done.id)
    (card,) = [one for one in verdict_cards(found, "free") if one.key == "cost"]
    assert (card.words, card.note) == ("Cannot tell", "No price is known on both sides")
    picture = picture_of(found)
    assert [(one.name, one.cost, one.note) for one in picture.dots][1:] == [("free", "no price", "not in the picture")]
    assert [one.name for one in picture.drawn] == ["paid"]
    assert picture.saving == "No price is entered for a model of free, so nothing tells what it costs."
    both = await lab.ran(prompt("one", "{{ good }}", FREE), prompt("two", "{{ good }}", FREE))
    none = picture_of(await lab.service.comparison(lab.operator, both.id))
    assert ([one.cost for one in none.dots], none.drawn) == (["no price"] * 2, [])


async def test_an_answer_that_took_no_tokens_costs_nothing(lab: Lab) -> None:
    lab.fill(30)
    for row in lab.rows:
        row.input["question"] = "a"
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    desk = VariantDraft("desk", flow=FlowChoice("desk", "draft"))
    found = await compared(lab, prompt("paid", "{{ good }}", PAID), desk)
    (cost,) = [one for one in found.metrics if one.metric == "cost"]
    assert (cost.verdict, cost.value, found.unpriced) == ("better", 0.0, ())


async def test_a_node_without_a_price_is_not_cheaper_than_the_other(lab: Lab) -> None:
    done = await two_flows(lab)
    found = await lab.service.nodes(lab.operator, done.id)
    hello = next(one for one in found.nodes if one.title == "Hello")
    assert hello.difference
    assert hello.difference.cost is not None
    async with lab.services.experiments._units.write(BY_ID) as work:
        await work.session.exec(update(NodeRunRow).where(col(NodeRunRow.node) == "hello2").values(has_unpriced=True))
    found = await lab.service.nodes(lab.operator, done.id)
    hello = next(one for one in found.nodes if one.title == "Hello")
    assert hello.ran
    assert hello.difference
    assert (hello.ran.cost, hello.difference.cost) == (None, None)


async def test_the_plan_names_the_models_without_a_price_judges_too(lab: Lab) -> None:
    await without_price(lab)
    lab.fill(5)
    draft = lab.draft(prompt("free", "{{ good }}", FREE), budget=Decimal(1))
    plan = await lab.service.plan(lab.operator, draft)
    assert (plan.cost, plan.unpriced) == (None, (FREE,))
    view = plan_view(plan, draft)
    (cost,) = [one for one in view.figures if one.name == "Cost"]
    assert (cost.value, cost.note) == ("no price", f"no price is entered for {FREE}")
    assert view.warnings == [f"No price is entered for {FREE}: the budget does not count what it takes."]
    judge = {"kind": "judge", "rubric": "Is it right?", "model": FREE}
    judged = lab.draft(prompt("paid", "{{ good }}", PAID), evaluators=(judge,))
    plan = await lab.service.plan(lab.operator, judged)
    assert (plan.unpriced, (plan.cost or 0) > 0) == ((FREE,), True)
    (cost,) = [one for one in plan_view(plan, judged).figures if one.name == "Cost"]
    assert cost.value == f"at least {formats.money(plan.cost or Decimal(0))}"


async def test_the_plan_of_a_flow_says_that_its_earlier_runs_had_no_price(lab: Lab) -> None:
    lab.fill(3)
    for row in lab.rows:
        row.input["question"] = "a"
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    desk = VariantDraft("desk", flow=FlowChoice("desk", "draft"))
    await lab.ran(desk)
    assert (await lab.service.plan(lab.operator, lab.draft(desk))).unpriced == ()
    async with lab.services.experiments._units.write(BY_ID) as work:
        await work.session.exec(update(RunRow).values(tokens_in=10, has_unpriced=True))
    plan = await lab.service.plan(lab.operator, lab.draft(desk))
    assert (plan.cost, plan.unpriced) == (None, ("models of Desk",))
