"""What exactly runs is written down at the start."""

from __future__ import annotations

import pytest

from backend.experiments.types import FlowChoice, PromptChoice, VariantDraft
from backend.prompts.types import Content, NewPrompt
from tests.backend.experiments.conftest import Lab
from tests.factories import flows


async def test_a_managed_prompt_is_pinned_to_its_version(lab: Lab) -> None:
    lab.fill(2)
    for row in lab.rows:
        del row.input["question"]
    prompts = lab.services.prompts
    kept = await prompts.create(lab.operator, NewPrompt("Support", Content(text="{{ good }}", model="")))
    variant = VariantDraft("managed", prompt=PromptChoice(id=kept.slug, label="latest"), model="Lab/echo")
    made = await lab.started(variant)
    await prompts.save_version(lab.operator, kept.id, Content(text="changed"))
    await lab.executor.execute(made.id)
    done = await lab.service.get(lab.operator, made.id)
    assert (done.pinned[0].version, done.pinned[0].model, done.pinned[0].words) == (1, "lab:echo", "Support v1, echo")
    assert [cell.output for cell in await lab.cells(done)] == ["a1", "a2"]


async def test_what_a_prompt_takes_in_is_pinned_with_it(lab: Lab) -> None:
    lab.fill(2)
    prompts = lab.services.prompts
    part = await prompts.create(lab.operator, NewPrompt("Tone", Content(text="Be brief: {{ good }}")))
    await prompts.set_label(lab.operator, part.id, "production", 1)
    whole = await prompts.create(lab.operator, NewPrompt("Support", Content(text='{% prompt "tone" %}!')))
    choice = PromptChoice(id=whole.id, version=1)
    variant = VariantDraft("whole", prompt=choice, model="echo")
    assert (await lab.service.plan(lab.operator, lab.draft(variant))).num_missing == 0
    made = await lab.started(variant, evaluators=())
    await prompts.save_version(lab.operator, part.id, Content(text="Be long: {{ good }}"))
    await prompts.set_label(lab.operator, part.id, "production", 2)
    await lab.executor.execute(made.id)
    said = {request["messages"][0]["content"] for request in lab.server.seen}
    assert said == {"Be brief: a1!", "Be brief: a2!"}


@pytest.mark.parametrize("version", ["draft", "published"])
async def test_the_prompt_that_a_flow_follows_is_pinned_with_it(lab: Lab, version: str) -> None:
    lab.fill(2)
    prompts = lab.services.prompts
    tone = await prompts.create(lab.operator, NewPrompt("Tone", Content(text="Be brief.")))
    await prompts.set_label(lab.operator, tone.id, "production", 1)
    told = {"model": "lab:echo", "prompt": {"slug": "tone"}}
    document = flows.one("llm", told, "prompt", "text")
    await lab.services.flows.create(lab.operator, "Desk", document=document)
    await lab.services.flows.publish(lab.operator, "desk")
    made = await lab.started(VariantDraft("flow", flow=FlowChoice("desk", version)), evaluators=())
    await prompts.save_version(lab.operator, tone.id, Content(text="Be long."))
    await prompts.set_label(lab.operator, tone.id, "production", 2)
    await lab.executor.execute(made.id)
    assert {request["messages"][0]["content"] for request in lab.server.seen} == {"Be brief."}
