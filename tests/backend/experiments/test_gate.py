"""What must pass before it is published."""

from __future__ import annotations

import pytest

from backend.errors import NotFound
from backend.experiments.errors import GateRefused
from backend.experiments.types import FlowChoice, PromptChoice, VariantDraft
from backend.prompts.types import PRODUCTION, Content, NewPrompt
from tests.backend.experiments.conftest import DATASET, Lab
from tests.factories import flows


@pytest.fixture
def gated(lab: Lab) -> Lab:
    """Let the lab's own service be the gate, for its rows are the test's."""
    lab.services.flows.gates[:] = [lab.service]
    lab.services.prompts.gates[:] = [lab.service]
    return lab


async def test_a_flow_is_published_only_once_its_draft_passed(gated: Lab) -> None:
    gated.fill(30)
    for row in gated.rows:
        row.input["question"] = f"a{row.number}"
    flow = await gated.services.flows.create(gated.operator, "Desk", document=flows.echo())
    await gated.service.require(gated.operator, "flow", "desk", DATASET)
    assert await gated.service.requirement(gated.operator, "flow", flow.id) == DATASET
    with pytest.raises(GateRefused, match="must pass the dataset Questions"):
        await gated.services.flows.publish(gated.operator, "desk")
    await gated.ran(
        VariantDraft("old", flow=FlowChoice("desk", "draft")), VariantDraft("new", flow=FlowChoice("desk", "draft"))
    )
    assert (await gated.services.flows.publish(gated.operator, "desk")).number == 1


async def test_a_prompt_that_got_worse_does_not_go_to_production(gated: Lab) -> None:
    gated.fill(40, wrong=range(1, 20))
    prompts = gated.services.prompts
    kept = await prompts.create(gated.operator, NewPrompt("Support", Content(text="{{ good }}")))
    for row in gated.rows:
        del row.input["question"]
    await prompts.save_version(gated.operator, kept.id, Content(text="{{ weak }}"))
    await gated.service.require(gated.operator, "prompt", kept.slug, DATASET)
    variants = [
        VariantDraft(f"v{number}", prompt=PromptChoice(id=kept.id, version=number), model="echo") for number in (1, 2)
    ]
    await gated.ran(*variants)
    with pytest.raises(GateRefused, match="exact of v2 got worse"):
        await prompts.set_label(gated.operator, kept.id, PRODUCTION, 2)
    await prompts.set_label(gated.operator, kept.id, "staging", 2)
    assert (await prompts.set_label(gated.operator, kept.id, PRODUCTION, 1)).label is not None
    await gated.service.release(gated.operator, "prompt", kept.id)
    assert (await prompts.set_label(gated.operator, kept.id, PRODUCTION, 2)).label is not None


async def test_what_is_not_there_needs_nothing(gated: Lab) -> None:
    with pytest.raises(NotFound):
        await gated.service.require(gated.operator, "flow", "nowhere", DATASET)
