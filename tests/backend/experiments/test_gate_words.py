"""What a gate says of what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.errors import InvalidInput
from backend.experiments.errors import GateRefused
from backend.experiments.types import PromptChoice, Requirement, VariantDraft
from backend.prompts.types import PRODUCTION
from tests.backend.experiments.conftest import DATASET, Lab
from tests.backend.experiments.test_gate import gated, published
from tests.factories import flows

__all__ = ["gated"]


async def test_a_refusal_names_all_that_fell(gated: Lab) -> None:
    prompt_id = await published(gated)
    one, two = (VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2))
    both = ({"kind": "exact"}, {"kind": "contains"})
    await gated.service.require(gated.operator, "prompt", prompt_id, Requirement(DATASET, both))
    await gated.ran(one, two, evaluators=both)
    fell = r"exact of v2 got worse, from 100.* % to .* %\. contains of v2 got worse, from 100.* % to .* %\."
    with pytest.raises(GateRefused, match=fell):
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    await labels_wait_where_they_are_named(gated, prompt_id)


async def labels_wait_where_they_are_named(gated: Lab, prompt_id: str) -> None:
    """Each is compared with the version under it; production goes where it likes once it is not named."""
    prompts = gated.services.prompts
    before = await gated.service.requirement(gated.operator, "prompt", prompt_id)
    assert before is not None
    assert before.labels == (PRODUCTION,)
    wish = replace(before, labels=("beta", "beta", "staging"))
    assert await gated.service.require(gated.operator, "prompt", prompt_id, wish) == replace(
        before, labels=("beta", "staging")
    )
    await prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    await prompts.set_label(gated.operator, prompt_id, "staging", 1)
    with pytest.raises(GateRefused, match="exact of v2 got worse"):  # than v1, which is in staging
        await prompts.set_label(gated.operator, prompt_id, "staging", 2)
    with pytest.raises(GateRefused, match="exact of v2 got worse"):  # than the experiment's own baseline
        await prompts.set_label(gated.operator, prompt_id, "beta", 2)
    await prompts.set_label(gated.operator, prompt_id, "beta", 1)
    flow = await gated.services.flows.create(gated.operator, "Desk", document=flows.echo())
    with pytest.raises(InvalidInput, match="A flow has no labels"):
        await gated.service.require(gated.operator, "flow", flow.id, wish)


@pytest.mark.parametrize("num_talks", [1, 5])
async def test_few_conversations_hide_no_fall_from_the_gate(gated: Lab, num_talks: int) -> None:
    """All forty rows fell: taken from five conversations they are five to a verdict, and nothing to a gate."""
    prompt_id = await published(gated)
    for row in gated.rows:
        row.input["weak"] = "no"
        row.metadata["conversation"] = f"talk {row.number % num_talks}"
    done = await gated.ran(*(VariantDraft(f"v{at}", prompt=PromptChoice(id=prompt_id, version=at)) for at in (1, 2)))
    said = (await gated.service.comparison(gated.operator, done.id)).metrics
    assert [one.verdict for one in said if one.metric == "exact"] == ["cannot_tell"]
    with pytest.raises(GateRefused, match="exact of v2 got worse, from 100") as refusal:
        await gated.services.prompts.set_label(gated.operator, prompt_id, PRODUCTION, 2)
    assert "counts rows of one conversation together" in refusal.value.hint
