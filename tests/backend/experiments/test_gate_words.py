"""What a gate says of what it refuses."""

from __future__ import annotations

import pytest

from backend.experiments.errors import GateRefused
from backend.experiments.types import PromptChoice, Requirement, VariantDraft
from backend.prompts.types import PRODUCTION
from tests.backend.experiments.conftest import DATASET, Lab
from tests.backend.experiments.test_gate import gated, published

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
